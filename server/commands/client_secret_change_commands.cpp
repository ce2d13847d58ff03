// `tacit client secret create`, `update`, `rollback` and `delete`.
#include <boost/json/object.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "http/log/printable.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/confirm.hpp"
#include "server/client/answers.hpp"
#include "server/client/change_options.hpp"
#include "server/client/new_secret.hpp"
#include "server/client/secret_calls.hpp"
#include "server/client/secret_input.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"

namespace tacit::server {
namespace {

constexpr std::uint64_t most_versions = 0xffffffff;

std::string as_is(std::string_view text) { return std::string(text); }

std::string read_version(std::string_view text) { return std::to_string(read_number(text, 1, most_versions)); }

void print_changed(const ApiAnswer& answer, const Arguments& arguments) {
  if (answer.replayed) {
    std::cerr << "The server had done this before, under the same idempotency key; this is what it answered then.\n";
  }
  print_one(secret_in(answer), secret_rows, arguments.contains("json"));
}

/// A text to set, or none to clear: --tool NAME and --no-tool.
std::optional<std::optional<std::string>> binding(const Arguments& arguments, const std::string& name) {
  const bool clears = arguments.contains("no-" + name);
  auto text = text_option(arguments, name);
  if (clears && text) throw UsageError("give --" + name + " or --no-" + name + ", not both");
  if (clears) return std::optional<std::string>();
  if (!text) return std::nullopt;
  return text;
}

/// All of the change but its value.
SecretChange describe_change(const Arguments& arguments) {
  SecretChange change;
  change.name = text_option(arguments, "name");
  change.tool_name = binding(arguments, "tool");
  change.tool_arg = binding(arguments, "argument");
  if (arguments.contains("default") || arguments.contains("no-default")) {
    change.is_default_for_tool = arguments.contains("default");
    if (*change.is_default_for_tool && arguments.contains("no-default")) {
      throw UsageError("give --default or --no-default, not both");
    }
  }
  change.expires_at = expiry(arguments);
  if (arguments.contains("no-expiry")) {
    if (change.expires_at) throw UsageError("give a time when the secret expires or --no-expiry, not both");
    change.expires_at = std::string();
  }
  change.discard_previous = arguments.contains("discard-previous");
  const bool any = change.name || change.tool_name || change.tool_arg || change.is_default_for_tool ||
                   change.expires_at || change.discard_previous || arguments.contains("value");
  if (!any) throw UsageError("no change was given: --value, --name, --tool, --argument, --default or another option");
  return change;
}

}  // namespace

int client_secret_create_command(const Arguments& arguments, const Environment& environment) {
  NewSecret secret;
  secret.name = text_option(arguments, "name").value();
  secret.tool_name = text_option(arguments, "tool");
  secret.tool_arg = text_option(arguments, "argument");
  secret.is_default_for_tool = arguments.contains("default");
  secret.expires_at = expiry(arguments).value_or(std::string());
  if (secret.is_default_for_tool && (!secret.tool_name || !secret.tool_arg)) {
    throw UsageError("--default needs --tool and --argument");
  }
  ApiRequest request{.method = "POST", .path = std::string(secrets_path) + "?view=full"};
  request.idempotency_key = idempotency_key(arguments);
  request.repeat_with = "--idempotency-key " + request.idempotency_key;
  // The repetition must have the same body.
  if (arguments.contains("expires-in")) {
    request.repeat_with += ", and --expires-at " + secret.expires_at + " instead of --expires-in";
  }
  ApiSession session(server_access(arguments, environment));
  secret.value = read_secret_value();
  request.body = body_of(secret);
  print_changed(session.send(request), arguments);
  return exit_ok;
}

int client_secret_update_command(const Arguments& arguments, const Environment& environment) {
  SecretChange change = describe_change(arguments);
  ApiRequest request{.method = "PATCH", .path = {}};
  request.if_match = if_match(arguments);
  ApiSession session(server_access(arguments, environment));
  const std::string id = find_secret(session, read_argument(arguments, "SECRET", as_is));
  if (arguments.contains("value")) change.value = read_secret_value();
  request.path = secret_path(id) + "?view=full";
  request.body = body_of(change);
  print_changed(session.send(request), arguments);
  return exit_ok;
}

int client_secret_rollback_command(const Arguments& arguments, const Environment& environment) {
  const std::string version = read_argument(arguments, "VERSION", read_version);
  ApiRequest request{.method = "POST", .path = {}};
  request.if_match = if_match(arguments);
  request.idempotency_key = idempotency_key(arguments);
  request.repeat_with = "--idempotency-key " + request.idempotency_key;
  ApiSession session(server_access(arguments, environment));
  const std::string id = find_secret(session, read_argument(arguments, "SECRET", as_is));
  request.path = secret_path(id) + "/rollback?view=full";
  request.body.append("{\"version\":" + version + "}");
  print_changed(session.send(request), arguments);
  return exit_ok;
}

int client_secret_delete_command(const Arguments& arguments, const Environment& environment) {
  const Confirmation confirmation(arguments);
  ApiRequest request{.method = "DELETE", .path = {}};
  request.if_match = if_match(arguments);
  std::string version;
  if (arguments.contains("VERSION")) version = read_argument(arguments, "VERSION", read_version);
  ApiSession session(server_access(arguments, environment));
  const std::string id = find_secret(session, read_argument(arguments, "SECRET", as_is));
  const auto secret = object_in(session.send({.method = "GET", .path = secret_path(id) + "?view=full"}).body.text());
  const std::string name = text_at(secret, "secret_name");
  const std::string what = (version.empty() ? "" : "version " + version + " of ") + "the secret \"" + name + "\"";
  if (confirmation.dry_run()) {
    std::cout << "Would permanently delete " << http::printable(what) << ".\n";
    return exit_ok;
  }
  confirmation.ask("Permanently delete " + what + "?");
  request.path = secret_path(id) + (version.empty() ? "" : "/versions/" + version);
  const ApiAnswer answer = session.send(request);
  print_one(object_in(answer.body.text()), version.empty() ? secret_rows : version_rows, arguments.contains("json"));
  return exit_ok;
}

}  // namespace tacit::server
