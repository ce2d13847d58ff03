// `tacit client secret list`, `versions` and `uses`: what the API tells about secrets.
#include <boost/json/object.hpp>

#include <iostream>
#include <string>

#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/client/answers.hpp"
#include "server/client/change_options.hpp"
#include "server/client/secret_calls.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {
namespace {

std::string as_is(std::string_view text) { return std::string(text); }

}  // namespace

int client_secret_list_command(const Arguments& arguments, const Environment& environment) {
  ApiSession session(server_access(arguments, environment));
  const bool as_json = arguments.contains("json");
  if (arguments.contains("SECRET")) {
    if (arguments.contains("tool") || arguments.contains("expires-before")) {
      throw UsageError("--tool and --expires-before choose among all secrets: leave them out, or SECRET");
    }
    const std::string id = find_secret(session, read_argument(arguments, "SECRET", as_is));
    const ApiAnswer answer = session.send({.method = "GET", .path = secret_path(id) + "?view=full"});
    print_one(secret_in(answer), secret_rows, as_json);
    return exit_ok;
  }
  std::string filter;
  if (const auto tool = text_option(arguments, "tool")) filter += "&tool_name=" + url_encoded(*tool);
  if (const auto before = text_option(arguments, "expires-before")) filter += "&expires_before=" + url_encoded(*before);
  print_list(list_secrets(session, filter), secret_rows, as_json);
  return exit_ok;
}

int client_secret_versions_command(const Arguments& arguments, const Environment& environment) {
  ApiSession session(server_access(arguments, environment));
  const std::string id = find_secret(session, read_argument(arguments, "SECRET", as_is));
  const ApiAnswer answer = session.send({.method = "GET", .path = secret_path(id) + "/versions"});
  print_list(objects_in_list(object_in(answer.body.text())), version_rows, arguments.contains("json"));
  return exit_ok;
}

int client_secret_uses_command(const Arguments& arguments, const Environment& environment) {
  ApiSession session(server_access(arguments, environment));
  const std::string id = find_secret(session, read_argument(arguments, "SECRET", as_is));
  print_list(list_uses(session, id), use_rows, arguments.contains("json"));
  return exit_ok;
}

}  // namespace tacit::server
