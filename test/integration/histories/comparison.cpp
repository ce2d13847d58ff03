#include "test/integration/histories/comparison.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

#include "test/integration/model/rules.hpp"

namespace json = boost::json;

namespace tacit::test::model {
namespace {

json::value nullable(const Text& text) { return text ? json::value(*text) : json::value(nullptr); }

void compare_field(const Session& session, const json::object& shown, std::string_view field, const json::value& is) {
  const json::value* value = shown.if_contains(field);
  if (value != nullptr && *value == is) return;
  session.fail(std::string(field) + " should be " + json::serialize(is) + " in " + json::serialize(shown));
}

std::string text_at(const Session& session, const json::object& shown, std::string_view field) {
  const json::value* value = shown.if_contains(field);
  session.require(value != nullptr && value->is_string(), std::string(field) + " is no text");
  return std::string(value->get_string());
}

/// The text that the model knows, or learns.
void learn(const Session& session, const json::object& shown, std::string_view field, std::string& known) {
  const std::string text = text_at(session, shown, field);
  session.require(!text.empty(), std::string(field) + " is empty");
  if (known.empty()) known = text;
  session.require(known == text, std::string(field) + " should be " + known + " in " + json::serialize(shown));
}

bool was_used(const Secret& secret) {
  return std::any_of(secret.uses.begin(), secret.uses.end(), [](const auto& use) { return use.second.most > 0; });
}

void compare_full(const Session& session, const json::object& shown, const Secret& secret) {
  compare_field(session, shown, "version", secret.current.number);
  compare_field(session, shown, "versions", secret.previous.size() + 1);
  compare_field(session, shown, "expires_at", nullable(secret.expires_at));
  const json::value* last = shown.if_contains("last_used_at");
  session.require(last != nullptr && (last->is_null() || was_used(secret)), "last_used_at of an unused secret");
}

}  // namespace

void compare_info(const Session& session, const json::value& info, Secret& secret, bool full) {
  const json::object& shown = info.as_object();
  session.require(shown.size() == (full ? 13U : 9U), "the number of fields of " + json::serialize(shown));
  learn(session, shown, "secret_id", secret.id);
  session.require(secret.id.size() == 36 && secret.id[14] == '7', "not a UUIDv7");
  compare_field(session, shown, "user_id", json::value(session.tenant()));
  compare_field(session, shown, "secret_name", json::value(secret.name));
  compare_field(session, shown, "display", json::value(mask_of(secret.current.value)));
  compare_field(session, shown, "tool_name", nullable(secret.tool_name));
  compare_field(session, shown, "tool_arg", nullable(secret.tool_arg));
  compare_field(session, shown, "is_default_for_tool", secret.is_default);
  learn(session, shown, "created_at", secret.created_at);
  learn(session, shown, "updated_at", secret.updated_at);
  session.require(secret.updated_at >= secret.created_at, "updated before it was created");
  session.require(secret.updated_at > secret.updated_before, "updated_at does not grow");
  if (full) compare_full(session, shown, secret);
}

void learn_tag(const Session& session, const std::string& tag, Secret& secret) {
  session.require(tag.size() > 2 && tag.front() == '"' && tag.back() == '"', "no strong ETag: " + tag);
  session.require(!secret.former_tags.contains(tag), "the ETag of a former state: " + tag);
  if (secret.tag.empty()) secret.tag = tag;
  session.require(secret.tag == tag, "the ETag should be " + secret.tag + " and is " + tag);
}

void compare_one(const Session& session, const Answer& answer, Secret& secret, bool full) {
  session.require(answer.status == 200, "status " + std::to_string(answer.status) + " instead of 200");
  compare_info(session, answer.json(), secret, full);
  learn_tag(session, answer.header("ETag"), secret);
}

void compare_versions(const Session& session, const Answer& answer, Secret& secret) {
  session.require(answer.status == 200, "status of versions");
  const json::array shown = answer.at("data").as_array();
  session.require(shown.size() == secret.previous.size() + 1, "the number of versions: " + answer.body);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    Version& version = i == 0 ? secret.current : secret.previous[secret.previous.size() - i];
    const json::object& one = shown[i].as_object();
    session.require(one.size() == 4, "the number of fields of a version");
    compare_field(session, one, "version", version.number);
    compare_field(session, one, "display", json::value(mask_of(version.value)));
    compare_field(session, one, "current", i == 0);
    learn(session, one, "created_at", version.created_at);
    session.require(version.created_at >= secret.created_at, "a version from before its secret");
  }
}

std::string difference_of_uses(const Answer& answer, Secret& secret, bool all) {
  if (answer.status != 200) return "status of uses: " + answer.body;
  std::map<Use, int> shown;
  const json::array entries = answer.at("data").as_array();
  for (const json::value& entry : entries) {
    const auto text = [&](const char* field) { return std::string(entry.at(field).as_string()); };
    shown[{text("tool_name"), text("runtime"), text("outcome")}] += entry.at("count").to_number<int>();
    if (text("first_at") > text("last_at")) return "a use that ends before it begins";
  }
  for (auto& [use, count] : secret.uses) {
    const int seen = shown[use];
    const std::string what = std::get<0>(use) + " " + std::get<1>(use) + " " + std::get<2>(use) + ": " +
                             std::to_string(seen) + ", not " + std::to_string(count.least) + " to " +
                             std::to_string(count.most);
    if (seen > count.most || seen < count.shown) return what;
    if (all && seen < count.least) return what;
    count.shown = seen;
    shown.erase(use);
  }
  for (const auto& [use, seen] : shown) {
    if (seen > 0) return "a use that was none, of " + std::get<0>(use);
  }
  return {};
}

void compare_api_key(const Session& session, const json::object& shown, ApiKey& key) {
  session.require(shown.size() == 6, "the number of fields of an API key");
  learn(session, shown, "key_id", key.id);
  compare_field(session, shown, "name", json::value(key.name));
  json::array scopes = shown.at("scopes").as_array();
  std::set<std::string> names;
  for (const json::value& scope : scopes) names.emplace(scope.as_string());
  session.require(names == key.scopes, "the scopes of an API key");
  learn(session, shown, "created_at", key.created_at);
  compare_field(session, shown, "expires_at", nullable(key.expires_at));
  session.require(shown.at("last_used_at").is_null() || key.used, "last_used_at of an unused API key");
}

}  // namespace tacit::test::model
