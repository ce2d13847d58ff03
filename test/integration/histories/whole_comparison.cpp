// Compares everything that a tenant can see, and what runtimes get.
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

#include "test/integration/histories/bodies.hpp"
#include "test/integration/histories/comparison.hpp"
#include "test/integration/histories/steps.hpp"
#include "test/integration/model/rules.hpp"

namespace json = boost::json;

namespace tacit::test::model {
namespace {

Answer read(Session& session, const std::string& target, const std::string& scope = "secrets:read") {
  Answer answer = session.api({"GET", target, {}, {}, scope});
  session.require(answer.status == 200, "status " + std::to_string(answer.status) + " of " + target);
  return answer;
}

void compare_lists(Session& session, TenantModel& model) {
  for (const bool full : {true, false}) {
    const json::array shown = read(session, full ? secrets_path + "?view=full" : secrets_path).at("data").as_array();
    session.require(shown.size() == model.secrets.size(),
                    std::to_string(shown.size()) + " secrets, not " + std::to_string(model.secrets.size()));
    for (std::size_t i = 0; i < shown.size(); ++i) {
      compare_info(session, shown[i], model.secrets[i], full);
      session.require(i == 0 || model.secrets[i - 1].id < model.secrets[i].id, "ids in another order");
    }
  }
}

void compare_each(Session& session, TenantModel& model) {
  for (Secret& secret : model.secrets) {
    compare_one(session, read(session, secrets_path + secret.id), secret, false);
    compare_versions(session, read(session, secrets_path + secret.id + "/versions"), secret);
  }
}

void compare_keys(Session& session, TenantModel& model) {
  const json::array shown = read(session, "/api/v1/api-keys/", "keys:manage").at("data").as_array();
  session.require(shown.size() == model.api_keys.size(), "the number of API keys");
  for (std::size_t i = 0; i < shown.size(); ++i) compare_api_key(session, shown[i].as_object(), model.api_keys[i]);
}

void compare_resolves(Session& session, TenantModel& model) {
  await_expiries(session);
  for (const std::string& tool : tool_names()) {
    for (std::size_t runtime = 0; runtime < Installation::runtimes().size(); ++runtime) {
      ToolQuery query;
      query.tool = tool;
      query.asks = true;
      query.wanted = argument_names();
      resolve_one(session, model, runtime, query);
    }
  }
}

Answer uses_of(Session& session, const Secret& secret) { return read(session, secrets_path + secret.id + "/uses"); }

}  // namespace

void compare_quota(Session& session, const TenantModel& model) {
  const Answer answer = read(session, "/api/v1/quota");
  const json::value expected = {{"limit", model.byte_limit},
                                {"used", model.used()},
                                {"count", model.secrets.size()},
                                {"count_limit", model.count_limit}};
  session.require(answer.json() == expected, "the quota should be " + json::serialize(expected));
}

void compare_everything(Session& session, TenantModel& model) {
  session.brief("# lists, secrets, versions, quota, API keys, releases and uses are as expected", [&] {
    compare_lists(session, model);
    compare_each(session, model);
    compare_quota(session, model);
    compare_keys(session, model);
    compare_resolves(session, model);
    for (Secret& secret : model.secrets) {
      const std::string difference = difference_of_uses(uses_of(session, secret), secret, false);
      session.require(difference.empty(), "uses: " + difference);
    }
  });
}

void compare_audit(const Session& session, std::map<std::string, int> entries) {
  for (const auto& [action, count] : session.model.audited) {
    const int shown = entries[action];
    session.require(shown >= count.least && shown <= count.most,
                    "the audit log has " + std::to_string(shown) + " entries of " + action + ", not " +
                        std::to_string(count.least) + " to " + std::to_string(count.most));
  }
}

void compare_uses(Session& session) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (Secret& secret : session.model.secrets) {
    for (;;) {
      const std::string difference = difference_of_uses(uses_of(session, secret), secret, true);
      if (difference.empty()) break;
      const bool late = std::chrono::steady_clock::now() > deadline;
      session.require(!late, "uses of " + secret.id + ": " + difference);
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  }
}

}  // namespace tacit::test::model
