#include "server/client/answers.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

#include "auth/tokens/json_document.hpp"
#include "crypto/text/sentence.hpp"
#include "http/log/printable.hpp"
#include "server/cli/output.hpp"
#include "server/config/errors.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

constexpr std::size_t largest_answer = 16 * 1024 * 1024;
constexpr const char* strange_answer = "the server's answer is not one of the API: is --url the address of Tacit?";

/// "2026-01-31T12:00:00Z": whole seconds suffice in a table.
std::string day_and_time(const std::string& instant) {
  return instant.size() > 19 && instant.ends_with('Z') ? instant.substr(0, 19) + "Z" : instant;
}

std::string time_at(const json::object& object, std::string_view name, const char* without) {
  const std::string instant = text_at(object, name);
  return instant.empty() ? without : day_and_time(instant);
}

std::string number_at(const json::object& object, std::string_view name) {
  const json::value* number = auth::find_member(object, name);
  return number != nullptr && number->is_int64() ? std::to_string(number->get_int64()) : std::string();
}

std::string yes_if(const json::object& object, std::string_view name) {
  const json::value* truth = auth::find_member(object, name);
  return truth != nullptr && truth->is_bool() && truth->get_bool() ? "yes" : "no";
}

std::string text_or_dash(const json::object& object, std::string_view name) {
  std::string text = text_at(object, name);
  return text.empty() ? "-" : text;
}

std::string scopes_of(const json::object& key) {
  std::string scopes;
  const json::value* list = auth::find_member(key, "scopes");
  if (list == nullptr || !list->is_array()) return scopes;
  for (const json::value& scope : list->get_array()) {
    if (const auto text = auth::text_of(&scope)) crypto::append_part(scopes, *text, ",");
  }
  return scopes;
}

}  // namespace

json::object object_in(std::string_view body) {
  auto document = auth::parse_json_document(body, largest_answer);
  if (!document || !document->is_object()) throw CommandFailed(strange_answer);
  return std::move(document->get_object());
}

std::vector<json::object> objects_in_list(const json::object& answer) {
  const json::value* data = auth::find_member(answer, "data");
  if (data == nullptr || !data->is_array()) throw CommandFailed(strange_answer);
  std::vector<json::object> objects;
  for (const json::value& item : data->get_array()) {
    if (!item.is_object()) throw CommandFailed(strange_answer);
    objects.push_back(item.get_object());
  }
  return objects;
}

std::string text_at(const json::object& object, std::string_view name) {
  const auto text = auth::text_of(auth::find_member(object, name));
  return text ? std::string(*text) : std::string();
}

TableRows secret_rows(const std::vector<json::object>& secrets) {
  TableRows rows = {{"ID", "MASK", "TOOL", "ARGUMENT", "DEFAULT", "VERSION", "CHANGED", "USED", "EXPIRES", "NAME"}};
  for (const json::object& secret : secrets) {
    rows.push_back({text_at(secret, "secret_id"), text_or_dash(secret, "display"), text_or_dash(secret, "tool_name"),
                    text_or_dash(secret, "tool_arg"), yes_if(secret, "is_default_for_tool"),
                    number_at(secret, "version"), time_at(secret, "updated_at", "-"),
                    time_at(secret, "last_used_at", "never"), time_at(secret, "expires_at", "never"),
                    text_at(secret, "secret_name")});
  }
  return rows;
}

TableRows version_rows(const std::vector<json::object>& versions) {
  TableRows rows = {{"VERSION", "MASK", "CURRENT", "CREATED"}};
  for (const json::object& version : versions) {
    rows.push_back({number_at(version, "version"), text_or_dash(version, "display"), yes_if(version, "current"),
                    time_at(version, "created_at", "-")});
  }
  return rows;
}

TableRows use_rows(const std::vector<json::object>& uses) {
  TableRows rows = {{"OUTCOME", "COUNT", "FIRST", "LAST", "RUNTIME", "TOOL"}};
  for (const json::object& use : uses) {
    rows.push_back({text_at(use, "outcome"), number_at(use, "count"), time_at(use, "first_at", "-"),
                    time_at(use, "last_at", "-"), text_or_dash(use, "runtime"), text_or_dash(use, "tool_name")});
  }
  return rows;
}

TableRows api_key_rows(const std::vector<json::object>& keys) {
  TableRows rows = {{"ID", "STATE", "SCOPES", "CREATED", "EXPIRES", "USED", "NAME"}};
  const std::string now = store::rfc3339(store::now_microseconds());
  for (const json::object& key : keys) {
    const std::string expiry = text_at(key, "expires_at");
    // Instants of the API are all in UTC and of the same length.
    const char* state = expiry.empty() || expiry > now ? "active" : "expired";
    rows.push_back({text_at(key, "key_id"), state, scopes_of(key), time_at(key, "created_at", "-"),
                    time_at(key, "expires_at", "never"), time_at(key, "last_used_at", "never"), text_at(key, "name")});
  }
  return rows;
}

void print_list(const std::vector<json::object>& list, TableRows (*rows)(const std::vector<json::object>&),
                bool as_json) {
  if (!as_json) {
    std::cout << table(rows(list));
    return;
  }
  std::cout << '[';
  for (const json::object& one : list) {
    if (&one != &list.front()) std::cout << ',';
    std::cout << http::printable_json(json::serialize(one));
  }
  std::cout << "]\n";
}

void print_one(const json::object& one, TableRows (*rows)(const std::vector<json::object>&), bool as_json) {
  if (as_json) {
    std::cout << http::printable_json(json::serialize(one)) << '\n';
  } else {
    std::cout << table(rows({one}));
  }
}

}  // namespace tacit::server
