// Reports of values that a tool's service refused.
#include <boost/json/serialize.hpp>

#include <chrono>

#include "test/integration/histories/bodies.hpp"
#include "test/integration/histories/comparison.hpp"
#include "test/integration/histories/steps.hpp"
#include "test/integration/model/rules.hpp"

namespace json = boost::json;

namespace tacit::test::model {
namespace {

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// How long ago that was; a long time if it never was.
double age_of(const std::map<std::string, double>& times, const std::string& identity) {
  const auto found = times.find(identity);
  return found == times.end() ? 1e9 : seconds() - found->second;
}

/// The statuses that the contract allows: at most one report a minute is noted, of what was released.
std::set<int> allowed(const Secret* secret, const Runtime& who, const std::string& tool) {
  std::set<int> statuses;
  const std::pair<std::string, std::string> pair(who.identity, tool);
  if (!matches(who.pattern, tool)) statuses.insert(403);
  if (secret == nullptr || !secret->released_to.contains(pair)) statuses.insert(404);
  if (secret == nullptr) return statuses;
  const bool surely_recent = age_of(secret->reported, who.identity) < 55;
  const bool perhaps_recent =
      age_of(secret->reported, who.identity) < 65 || age_of(secret->perhaps_reported, who.identity) < 65;
  if (perhaps_recent) statuses.insert(429);
  const bool perhaps_released = secret->perhaps_released_to.contains(pair) && matches(who.pattern, tool);
  if (!surely_recent && perhaps_released) statuses.insert(204);
  return statuses;
}

}  // namespace

void report_use(Session& session) {
  const std::size_t runtime = session.random.below(Installation::runtimes().size());
  const Runtime& who = Installation::runtimes().at(runtime);
  const std::string id = random_id(session);
  std::string tool = session.random.of(tool_names());
  Secret* const secret = session.model.by_id(id);
  if (secret != nullptr && !secret->released_to.empty() && session.random.chance(80)) {
    tool = secret->released_to.begin()->second;
  }
  const std::set<int> expected = allowed(secret, who, tool);
  const bool is_granted = matches(who.pattern, tool);
  if (!is_granted) session.model.audits("tool.refused", {0, 1});
  const std::map<std::string, double> before =
      secret == nullptr ? std::map<std::string, double>() : secret->perhaps_reported;
  if (secret != nullptr) {
    note_use(*secret, who, tool, "rejected_upstream", {0, 1, 0});
    secret->perhaps_reported[who.identity] = seconds();
    session.model.audits("secret.report", {0, 1});
  }
  const json::object body = {
      {"user_id", session.tenant()}, {"tool_name", tool}, {"secret_id", id}, {"outcome", "rejected_upstream"}};
  const Answer answer = session.tools(runtime, "/tool/v1/report", json::serialize(body));
  session.require(expected.contains(answer.status), "status of a report");
  if (!is_granted) session.model.audits("tool.refused", answer.status == 403 ? Count{1, 0} : Count{0, -1});
  if (secret == nullptr) return;
  const bool noted = answer.status == 204;
  note_use(*secret, who, tool, "rejected_upstream", noted ? UseCount{1, 0, 0} : UseCount{0, -1, 0});
  session.model.audits("secret.report", noted ? Count{1, 0} : Count{0, -1});
  secret->perhaps_reported = before;
  if (noted) secret->reported[who.identity] = seconds();
}

}  // namespace tacit::test::model
