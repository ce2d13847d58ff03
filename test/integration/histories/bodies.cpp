#include "test/integration/histories/bodies.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "test/integration/model/rules.hpp"

namespace json = boost::json;

namespace tacit::test::model {
namespace {

const std::vector<std::string> patterns = {
    "agno__linear__*", "agno__*",    "*",     "agno__*__list", "*__list", "agno__linear__list",
    "agno__linear_*",  "agno__git*", "other", "o*r",           "oth*",    "*er"};
const std::vector<std::string> names = {"a", "b", "c", "näme 🔑", "a longer name of a secret", "*", "d\"\\e"};

void put_binding(Random& random, json::object& body, std::size_t percent) {
  if (random.chance(percent)) body["tool_name"] = random_pattern(random);
  if (random.chance(percent)) body["tool_arg"] = random.of(argument_names());
}

json::value random_expiry(Random& random) {
  const std::size_t kind = random.below(10);
  if (kind < 2) return nullptr;
  if (kind == 2) return json::value(in_seconds(-10));
  return json::value(in_seconds(kind == 3 ? 3 : 3600 + static_cast<int>(random.below(100'000))));
}

void spoil(Random& random, json::object& body, bool is_new) {
  static const std::vector<std::string> fields = {"secret_name", "secret_value", "tool_name", "tool_arg"};
  const std::string& field = random.of(fields);
  switch (random.below(is_new ? 6 : 5)) {
    case 0:
      body[field] = "";
      break;
    case 1:
      body[field] = std::string(1025, 'x');
      break;
    case 2:
      body[field] = 7;
      break;
    case 3:
      body["is_default_for_tool"] = json::array{true};
      break;
    case 4:
      body["secret_value"] = "123";
      break;
    default:
      body.erase(field);
  }
}

}  // namespace

const std::vector<std::string>& tool_names() {
  static const std::vector<std::string> all = {"agno__linear__list", "agno__github__list", "agno__linear__get", "other",
                                               "x"};
  return all;
}

const std::vector<std::string>& argument_names() {
  static const std::vector<std::string> all = {"api_key", "team", "ärg"};
  return all;
}

std::string random_pattern(Random& random) { return random.of(patterns); }
std::string random_name(Random& random) { return random.of(names); }

std::string random_value(Random& random) {
  static const std::vector<std::size_t> lengths = {4, 7, 8, 15, 16, 31, 32, 40, 200, 1000, 1024};
  const std::string mark = std::to_string(random.next() % 1'000'000'000);
  switch (random.below(12)) {
    case 0:
      return "-----BEGIN PRIVATE KEY-----\nMIIE" + mark + mark + "xyz\n-----END PRIVATE KEY-----\n";
    case 1:
      return "  \t" + mark + " with blanks around it\n";
    case 2:
      return "🔑ä" + mark + "€€€€ schlüssel 🔑";
    default:
      break;
  }
  const std::size_t length = random.of(lengths);
  std::string text = mark;
  while (text.size() < length) text += "abcdefghijklmnopqrstuvwxyz0123456789_-";
  return text.substr(0, length);
}

json::object random_new_secret(Random& random) {
  json::object body = {{"secret_name", random_name(random)}, {"secret_value", random_value(random)}};
  put_binding(random, body, 75);
  if (random.chance(65)) body["is_default_for_tool"] = body.contains("tool_name") && body.contains("tool_arg");
  if (random.chance(5)) body["is_default_for_tool"] = nullptr;
  if (random.chance(3)) body["is_default_for_tool"] = true;
  if (random.chance(15)) body["expires_at"] = random_expiry(random);
  if (random.chance(5)) body["unknown"] = 1;
  while (random.chance(8)) spoil(random, body, true);
  return body;
}

json::object random_update(Random& random) {
  json::object body;
  if (random.chance(30)) body["secret_name"] = random_name(random);
  if (random.chance(50)) body["secret_value"] = random_value(random);
  put_binding(random, body, 25);
  if (random.chance(8)) body["tool_name"] = nullptr;
  if (random.chance(8)) body["tool_arg"] = nullptr;
  if (random.chance(4)) body["secret_name"] = nullptr;
  if (random.chance(4)) body["secret_value"] = nullptr;
  if (random.chance(35)) body["is_default_for_tool"] = random.chance(60);
  if (random.chance(5)) body["is_default_for_tool"] = nullptr;
  if (random.chance(15)) body["expires_at"] = random_expiry(random);
  if (random.chance(12)) body["discard_previous"] = random.chance(80);
  while (random.chance(5)) spoil(random, body, false);
  return body;
}

std::string random_id(Session& session) {
  if (session.model.secrets.empty() || session.random.chance(6)) {
    return session.random.chance(50) ? new_uuid() : "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee";
  }
  return session.random.of(session.model.secrets).id;
}

Condition random_condition(Session& session, const Secret* secret, Headers& headers) {
  Condition condition;
  Random& random = session.random;
  if (!random.chance(25)) return condition;
  const std::size_t kind = random.below(6);
  if (kind == 0) {
    condition.tags = {"*"};
  } else if (kind == 1) {
    condition.tags = {"\"0000000000000000\""};
  } else if (secret != nullptr && !secret->tag.empty()) {
    condition.tags = {secret->tag};
    if (kind == 2) condition.tags.insert(condition.tags.begin(), "\"x\"");
    if (kind == 3 && !secret->former_tags.empty()) condition.tags = {*secret->former_tags.rbegin()};
  }
  std::string field;
  for (const std::string& tag : condition.tags) field += (field.empty() ? "" : ", ") + tag;
  if (!field.empty()) headers.emplace_back("If-Match", field);
  return condition;
}

std::string random_view(Session& session, bool& full) {
  full = session.random.chance(30);
  return full ? "?view=full" : "";
}

void await_expiries(const Session& session) {
  const auto is_near = [&](const Text& expiry) {
    return expiry && *expiry > in_seconds(-1) && *expiry < in_seconds(10);
  };
  const auto any_near = [&] {
    return std::any_of(session.model.secrets.begin(), session.model.secrets.end(),
                       [&](const Secret& secret) { return is_near(secret.expires_at); });
  };
  while (any_near()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

}  // namespace tacit::test::model
