// Steps of tool runtimes: values for one tool, for several, and reports of refused values.
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include <algorithm>

#include "test/integration/histories/bodies.hpp"
#include "test/integration/histories/comparison.hpp"
#include "test/integration/histories/steps.hpp"
#include "test/integration/model/rules.hpp"

namespace json = boost::json;

namespace tacit::test::model {
namespace {

ToolQuery random_query(Session& session) {
  Random& random = session.random;
  ToolQuery query;
  query.tool = random.of(tool_names());
  for (const std::string& argument : argument_names()) {
    if (random.chance(15)) query.provided.push_back(argument);
    if (random.chance(40)) query.wanted.push_back(argument);
  }
  query.asks = random.chance(50);
  if (!query.asks) query.wanted.clear();
  if (random.chance(35)) {
    const bool known = !session.model.secrets.empty() && random.chance(90);
    query.named[random.of(argument_names())] = known ? random.of(session.model.secrets).name : random_name(random);
  }
  return query;
}

json::object body_of(const ToolQuery& query) {
  json::object body = {{"tool_name", query.tool}};
  if (!query.provided.empty()) body["provided_args"] = json::value_from(query.provided);
  if (!query.named.empty()) {
    json::object named;
    for (const auto& [argument, name] : query.named) named[argument] = name;
    body["secrets"] = named;
  }
  if (query.asks) body["wanted_args"] = json::value_from(query.wanted);
  return body;
}

/// Before a request: the audit log may get an entry for the tool. Afterwards: it has.
void note_audited(TenantModel& model, const Released& released, Count more) {
  if (released.refused()) return model.audits("tool.refused", more);
  if (!released.values.empty()) model.audits("secret.release", more);
}

/// Before a request: all that it may release. After its answer: what it has released.
void note(TenantModel& model, const Runtime& runtime, const std::string& tool, const std::vector<std::string>& ids,
          UseCount more) {
  for (const std::string& id : ids) {
    if (Secret* secret = model.by_id(id)) note_use(*secret, runtime, tool, "released", more);
  }
}

std::vector<std::string> may_release(const Released& released) {
  std::vector<std::string> ids;
  if (released.refused()) return ids;
  for (const auto& [argument, holders] : released.values) {
    for (const Secret* holder : holders) ids.push_back(holder->id);
  }
  return ids;
}

/// A secret that fills several arguments of one tool is one use, or several.
std::vector<std::string> once(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace

void compare_released(const Session& session, const json::object& answer, const Released& released,
                      const ToolQuery& query, std::vector<std::string>& ids) {
  const json::object& arguments = answer.at("arguments").as_object();
  session.require(arguments.size() == released.values.size(), "the number of arguments for " + query.tool);
  for (const auto& [argument, holders] : released.values) {
    const json::value* given = arguments.if_contains(argument);
    session.require(given != nullptr, "no value for " + argument + " of " + query.tool);
    const auto found = std::find_if(holders.begin(), holders.end(), [&](const Secret* each) {
      return given->at("secret_id") == json::value(each->id);
    });
    session.require(found != holders.end(),
                    "another secret for " + argument + " of " + query.tool + ", should be " + holders.front()->name);
    const Secret& secret = **found;
    json::object expected = {{"value", secret.current.value},
                             {"secret_id", secret.id},
                             {"secret_name", secret.name},
                             {"updated_at", secret.updated_at}};
    if (secret.expires_at) expected["expires_at"] = *secret.expires_at;
    session.require(*given == json::value(expected), "a release should be " + json::serialize(expected));
    ids.push_back(secret.id);
  }
  const json::value* missing = answer.if_contains("missing");
  session.require(missing != nullptr || !query.asks, "no missing");
  json::array expected;
  for (const std::string& argument : query.wanted) {
    const auto found = released.missing.find(argument);
    if (found == released.missing.end()) continue;
    expected.push_back({{"argument", argument}, {"reason", found->second}, {"add_url", nullptr}});
  }
  session.require(!query.asks || *missing == json::value(expected), "missing should be " + json::serialize(expected));
}

void resolve_one(Session& session, TenantModel& model, std::size_t runtime, const ToolQuery& query) {
  const Runtime& who = Installation::runtimes().at(runtime);
  const Released released = release(model, who, query, now());
  json::object body = body_of(query);
  body["user_id"] = json::value(session.tenant());
  note(model, who, query.tool, may_release(released), {0, 1, 0});
  note_audited(model, released, {0, 1});
  const Answer answer = session.tools(runtime, "/tool/v1/resolve", json::serialize(body));
  note_audited(model, released, {1, 0});
  if (released.refused()) {
    session.require(answer.status == 403, "a refused release is " + std::to_string(answer.status));
    const std::string detail = answer.text("detail");
    session.require(detail.find(who.identity) != std::string::npos, "a 403 without the identity");
    for (const auto& [name, reason] : released.withheld) {
      session.require(detail.find("(" + reason + ")") != std::string::npos, "a 403 without " + reason);
    }
    return;
  }
  session.require(answer.status == 200, "status of a resolve");
  const json::object shown = answer.json().as_object();
  session.require(query.asks || !shown.contains("missing"), "missing without wanted_args");
  std::vector<std::string> ids;
  compare_released(session, shown, released, query, ids);
  note(model, who, query.tool, once(ids), {1, 0, 0});
}

void resolve_tool(Session& session) {
  await_expiries(session);
  const std::size_t runtime = session.random.below(Installation::runtimes().size());
  const ToolQuery query = random_query(session);
  resolve_one(session, session.model, runtime, query);
}

void resolve_tools(Session& session) {
  await_expiries(session);
  const std::size_t runtime = session.random.below(Installation::runtimes().size());
  const Runtime& who = Installation::runtimes().at(runtime);
  std::vector<ToolQuery> queries;
  json::array tools;
  for (std::size_t count = 1 + session.random.below(5); count > 0; --count) {
    queries.push_back(random_query(session));
    tools.push_back(body_of(queries.back()));
  }
  std::vector<Released> released;
  for (const ToolQuery& query : queries) {
    released.push_back(release(session.model, who, query, now()));
    note(session.model, who, query.tool, may_release(released.back()), {0, 1, 0});
    note_audited(session.model, released.back(), {0, 1});
  }
  const json::object body = {{"user_id", session.tenant()}, {"tools", tools}};
  const Answer answer = session.tools(runtime, "/tool/v1/resolve-many", json::serialize(body));
  session.require(answer.status == 200, "status of resolve-many");
  const json::array results = answer.at("results").as_array();
  session.require(results.size() == queries.size(), "the number of results");
  for (const Released& each : released) note_audited(session.model, each, {1, 0});
  std::map<std::string, std::vector<std::string>> by_tool;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const json::object& result = results[i].as_object();
    session.require(result.at("tool_name") == json::value(queries[i].tool), "results in another order");
    session.require(result.contains("detail") == released[i].refused(), "a refusal among results");
    if (!released[i].refused()) compare_released(session, result, released[i], queries[i], by_tool[queries[i].tool]);
  }
  for (const auto& [tool, ids] : by_tool) note(session.model, who, tool, once(ids), {1, 0, 0});
}

}  // namespace tacit::test::model
