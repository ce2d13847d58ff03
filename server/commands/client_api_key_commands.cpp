// `tacit client api-key list`, `create`, `update` and `revoke`.
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "auth/model/scope_names.hpp"
#include "crypto/files/descriptor.hpp"
#include "crypto/text/ascii.hpp"
#include "http/json/json_fields.hpp"
#include "http/json/json_reader.hpp"
#include "http/json/json_writer.hpp"
#include "http/log/printable.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/confirm.hpp"
#include "server/client/answers.hpp"
#include "server/client/change_options.hpp"
#include "server/client/secret_calls.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_key_text = 256;
constexpr std::size_t longest_text = 4096;

std::string as_is(std::string_view text) { return std::string(text); }

std::string key_path(const Arguments& arguments) {
  return api_keys_path + url_encoded(read_argument(arguments, "API-KEY", as_is));
}

json::array scopes_in(const Arguments& arguments) {
  json::array scopes;
  for (const std::string& scope : arguments["scope"].as<std::vector<std::string>>()) scopes.emplace_back(scope);
  return scopes;
}

crypto::WipedBytes body_of(const json::object& object) {
  crypto::WipedBytes body;
  body.append(json::serialize(object));
  return body;
}

/// The answer to a creation, whose key is only in wiped memory.
struct CreatedKey {
  json::object described;
  crypto::WipedBytes text;
};

bool is_plain(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) { return crypto::is_letter_or_digit(c) || c == '_'; });
}

CreatedKey read_created(std::string_view body) {
  http::TextField<crypto::WipedBytes> text({1, longest_key_text});
  http::TextField<std::string> id({1, longest_text});
  http::TextField<std::string> name({1, longest_text});
  http::TextField<std::string> created({1, longest_text});
  http::TextField<std::string> expiry({1, longest_text});
  http::TextListField scopes("scopes", http::limits::scope_items, {1, longest_text});
  const std::array members{http::JsonMember{"key", &text},          http::JsonMember{"key_id", &id},
                           http::JsonMember{"name", &name},         http::JsonMember{"created_at", &created},
                           http::JsonMember{"expires_at", &expiry}, http::JsonMember{"scopes", &scopes}};
  const bool good = http::read_json(body, members).empty();
  CreatedKey key;
  key.text = text.value();
  if (!good || !is_plain(key.text.text())) {
    throw CommandFailed("the server's answer has no API key that can be shown; list the keys, and revoke the new one");
  }
  key.described = {{"key_id", id.value()}, {"name", name.value()}};
  json::array names;
  for (std::string& scope : scopes.value()) names.emplace_back(std::move(scope));
  key.described["scopes"] = std::move(names);
  key.described["created_at"] = created.value();
  key.described["expires_at"] = nullptr;
  if (expiry.has_value()) key.described["expires_at"] = expiry.value();
  key.described["last_used_at"] = nullptr;
  return key;
}

/// Writes to the descriptor, because a stream's buffer would keep a copy of the key.
void print_created(const CreatedKey& key, bool as_json) {
  crypto::WipedBytes out;
  if (as_json) {
    std::string object = http::printable_json(json::serialize(key.described));
    object.pop_back();
    out.append(object);
    out.append(R"(,"key":)");
    http::write_text(out, key.text.text());
    out.push_back('}');
  } else {
    out.append(key.text.view());
  }
  out.push_back('\n');
  std::cout.flush();
  if (crypto::write_all(STDOUT_FILENO, out.view())) return;
  throw CommandFailed("the key could not be printed and is lost; run: tacit client api-key revoke " +
                      text_at(key.described, "key_id"));
}

}  // namespace

int client_api_key_list_command(const Arguments& arguments, const Environment& environment) {
  ApiSession session(server_access(arguments, environment));
  const ApiAnswer answer = session.send({.method = "GET", .path = api_keys_path});
  print_list(objects_in_list(object_in(answer.body.text())), api_key_rows, arguments.contains("json"));
  return exit_ok;
}

int client_api_key_create_command(const Arguments& arguments, const Environment& environment) {
  json::object wanted{{"name", text_option(arguments, "name").value()}};
  wanted["scopes"] = arguments.contains("scope") ? scopes_in(arguments) : json::array{"secrets:read", "secrets:write"};
  if (const auto instant = expiry(arguments)) wanted["expires_at"] = *instant;
  ApiSession session(server_access(arguments, environment));
  ApiRequest request{.method = "POST", .path = api_keys_path};
  request.body = body_of(wanted);
  const CreatedKey key = read_created(session.send(request).body.text());
  print_created(key, arguments.contains("json"));
  std::cerr << "Created the API key " << http::printable(text_at(key.described, "key_id"))
            << ". It is shown only once; the server keeps only a hash.\n";
  return exit_ok;
}

int client_api_key_update_command(const Arguments& arguments, const Environment& environment) {
  json::object change;
  if (const auto name = text_option(arguments, "name")) change["name"] = *name;
  if (arguments.contains("scope")) change["scopes"] = scopes_in(arguments);
  const auto instant = expiry(arguments);
  if (instant) change["expires_at"] = *instant;
  if (arguments.contains("no-expiry")) {
    if (instant) throw UsageError("give a time when the key expires or --no-expiry, not both");
    change["expires_at"] = nullptr;
  }
  if (change.empty()) throw UsageError("no change was given: --name, --scope, --expires-in or another option");
  ApiSession session(server_access(arguments, environment));
  ApiRequest request{.method = "PATCH", .path = key_path(arguments)};
  request.body = body_of(change);
  print_one(object_in(session.send(request).body.text()), api_key_rows, arguments.contains("json"));
  return exit_ok;
}

int client_api_key_revoke_command(const Arguments& arguments, const Environment& environment) {
  const Confirmation confirmation(arguments);
  ApiSession session(server_access(arguments, environment));
  const std::string path = key_path(arguments);
  const auto key = object_in(session.send({.method = "GET", .path = path}).body.text());
  const std::string what = "the API key " + text_at(key, "key_id") + " (" + text_at(key, "name") + ")";
  if (confirmation.dry_run()) {
    std::cout << "Would permanently revoke " << http::printable(what) << ".\n";
    return exit_ok;
  }
  confirmation.ask("Permanently revoke " + what + "?");
  const ApiAnswer answer = session.send({.method = "DELETE", .path = path});
  print_one(object_in(answer.body.text()), api_key_rows, arguments.contains("json"));
  return exit_ok;
}

}  // namespace tacit::server
