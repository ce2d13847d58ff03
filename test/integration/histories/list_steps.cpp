// Steps that list secrets: filters, pages, versions.
#include <boost/json/serialize.hpp>

#include "test/integration/histories/bodies.hpp"
#include "test/integration/histories/comparison.hpp"
#include "test/integration/histories/steps.hpp"
#include "test/integration/model/rules.hpp"

namespace json = boost::json;

namespace tacit::test::model {
namespace {

std::string escaped(const std::string& text) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string query;
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    query += '%';
    query += digits[byte >> 4U];
    query += digits[byte & 15U];
  }
  return query;
}

struct Filter {
  Text tool{};
  Text name{};
  Text before{};

  bool admits(const Secret& secret) const {
    if (name && secret.name != *name) return false;
    if (before && (!secret.expires_at || *secret.expires_at >= *before)) return false;
    if (!tool) return true;
    if (!secret.tool_name) return false;
    const bool by_pattern = tool->find('*') != std::string::npos;
    return by_pattern ? matches(*tool, *secret.tool_name) : matches(*secret.tool_name, *tool);
  }
};

Filter random_filter(Random& random) {
  Filter filter;
  if (random.chance(50)) filter.tool = random.chance(50) ? random_pattern(random) : random.of(tool_names());
  if (random.chance(20)) filter.name = random_name(random);
  if (random.chance(15)) filter.before = in_seconds(static_cast<int>(random.below(100'000)));
  return filter;
}

std::string query_of(const Filter& filter) {
  std::string query;
  if (filter.tool) query += "&tool_name=" + escaped(*filter.tool);
  if (filter.name) query += "&secret_name=" + escaped(*filter.name);
  if (filter.before) query += "&expires_before=" + escaped(*filter.before);
  return query;
}

std::vector<Secret*> admitted(TenantModel& model, const Filter& filter) {
  std::vector<Secret*> all;
  for (Secret& secret : model.secrets) {
    if (filter.admits(secret)) all.push_back(&secret);
  }
  return all;
}

json::object read_list(Session& session, const std::string& query) {
  const Answer answer = session.api({"GET", secrets_path + "?" + query, {}, {}, "secrets:read"});
  session.require(answer.status == 200, "status of a list");
  return answer.json().as_object();
}

void compare_all(Session& session, const json::array& shown, const std::vector<Secret*>& expected, bool full) {
  session.require(shown.size() == expected.size(),
                  std::to_string(shown.size()) + " secrets in a list, not " + std::to_string(expected.size()));
  for (std::size_t i = 0; i < shown.size(); ++i) compare_info(session, shown[i], *expected[i], full);
}

}  // namespace

void list_secrets(Session& session) {
  const Filter filter = random_filter(session.random);
  const bool full = session.random.chance(30);
  const json::object shown = read_list(session, (full ? "view=full" : "x=1") + query_of(filter));
  session.require(!shown.contains("next_cursor"), "next_cursor without limit");
  compare_all(session, shown.at("data").as_array(), admitted(session.model, filter), full);
}

void list_pages(Session& session) {
  const Filter filter = random_filter(session.random);
  const bool full = session.random.chance(30);
  const std::size_t limit = 1 + session.random.below(4);
  const std::vector<Secret*> expected = admitted(session.model, filter);
  const std::string query = "limit=" + std::to_string(limit) + (full ? "&view=full" : "") + query_of(filter);
  json::array joined;
  std::string cursor = session.random.chance(50) ? "&cursor=" : "";
  for (std::size_t pages = 0;; ++pages) {
    session.require(pages <= expected.size() + 1, "a list whose pages do not end");
    const json::object page = read_list(session, query + cursor);
    const json::array& data = page.at("data").as_array();
    session.require(data.size() <= limit, "a page beyond its limit");
    joined.insert(joined.end(), data.begin(), data.end());
    if (page.at("next_cursor").is_null()) break;
    cursor = "&cursor=" + escaped(std::string(page.at("next_cursor").as_string()));
  }
  compare_all(session, joined, expected, full);
}

void list_versions(Session& session) {
  const std::string id = random_id(session);
  const Answer answer = session.api({"GET", secrets_path + id + "/versions", {}, {}, "secrets:read"});
  Secret* const secret = session.model.by_id(id);
  if (secret == nullptr) {
    session.require(answer.status == 404, "versions of a secret that does not exist");
    return;
  }
  compare_versions(session, answer, *secret);
}

void roll_back(Session& session) {
  const std::string id = random_id(session);
  const Secret* const secret = session.model.by_id(id);
  int version = 1 + static_cast<int>(session.random.below(4));
  if (secret != nullptr && !secret->previous.empty() && session.random.chance(80)) {
    version = session.random.of(secret->previous).number;
  }
  bool full = false;
  Request request = {"POST", secrets_path + id + "/rollback" + random_view(session, full),
                     json::serialize(json::object{{"version", version}})};
  Condition condition;
  if (!session.installation.forgets_idempotency_keys() && session.random.chance(20)) {
    request.idempotency_key = "back-" + std::to_string(session.installation.metadata_keys()) + "-" +
                              std::to_string(session.random.below(100'000));
  } else {
    condition = random_condition(session, secret, request.headers);
  }
  Answer answer;
  if (!session.change(
          request, [&](TenantModel& model) { return model.roll_back(id, version, condition); }, answer)) {
    return;
  }
  compare_one(session, answer, *session.model.by_id(id), full);
}

void delete_version(Session& session) {
  const std::string id = random_id(session);
  const Secret* const secret = session.model.by_id(id);
  int version = 1 + static_cast<int>(session.random.below(4));
  if (secret != nullptr && !secret->previous.empty() && session.random.chance(70)) {
    version = session.random.of(secret->previous).number;
  }
  Request request = {"DELETE", secrets_path + id + "/versions/" + std::to_string(version)};
  const Condition condition = random_condition(session, secret, request.headers);
  Answer answer;
  const auto change = [&](TenantModel& model) { return model.erase_version(id, version, condition); };
  if (!session.change(request, change, answer)) return;
  session.require(answer.at("version").to_number<int>() == version, "the answer names another version");
  // The answer has neither the secret's new tag nor its time.
  const Answer after = session.api({"GET", secrets_path + id, {}, {}, "secrets:read"});
  compare_one(session, after, *session.model.by_id(id), false);
}

}  // namespace tacit::test::model
