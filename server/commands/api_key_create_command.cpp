// `tacit api-key create`: creates a tenant's API key and prints it, once.
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <string>

#include "auth/api_keys/api_key_format.hpp"
#include "auth/model/scope_names.hpp"
#include "crypto/files/descriptor.hpp"
#include "crypto/text/sentence.hpp"
#include "crypto/text/utf8.hpp"
#include "http/json/limits.hpp"
#include "http/log/printable.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/wiring/open_store.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::server {
namespace {

std::string read_name(const std::string& name) {
  constexpr http::limits::Length length = http::limits::api_key_name;
  if (!crypto::is_utf8(name)) throw UsageError(shown(name) + " is not UTF-8");
  const std::size_t size = crypto::count_code_points(name);
  if (size < length.min || size > length.max) {
    throw UsageError("a name has " + std::to_string(length.min) + " to " + std::to_string(length.max) + " characters");
  }
  if (http::printable(name) != name) throw UsageError(shown(name) + " has control characters or is not UTF-8");
  return name;
}

store::Scope read_scopes(const Arguments& arguments) {
  if (!arguments.contains("scope")) return store::Scope::secrets_read | store::Scope::secrets_write;
  auto scopes = store::Scope::none;
  for (const auto& name : arguments["scope"].as<std::vector<std::string>>()) {
    const auto scope = auth::scope_of(name);
    if (!scope) {
      throw UsageError("--scope: " + shown(name) + " is not " +
                       crypto::joined(auth::scope_names(auth::every_scope), ", ", " or "));
    }
    scopes = scopes | *scope;
  }
  if (!store::can_combine(scopes)) throw UsageError("--scope: tools:use cannot be combined with other scopes");
  return scopes;
}

store::ApiKey describe_api_key(const Arguments& arguments) {
  store::ApiKey api_key;
  api_key.tenant = read_argument(arguments, "tenant", read_uuid);
  api_key.name = read_argument(arguments, "name", read_name);
  api_key.scopes = read_scopes(arguments);
  api_key.created_at = store::now_microseconds();
  if (arguments.contains("expires-in")) {
    const auto span = read_argument(arguments, "expires-in", read_time_span);
    api_key.expires_at = api_key.created_at + std::chrono::microseconds(span).count();
  }
  return api_key;
}

// Writes to the descriptor directly, because a stream's buffer would keep a copy of the key that is never wiped.
bool print_api_key(crypto::WipedBytes text) {
  text.push_back('\n');
  return crypto::write_all(STDOUT_FILENO, text.view());
}

}  // namespace

int api_key_create_command(const Config& config, const Arguments& arguments) {
  store::ApiKey api_key = describe_api_key(arguments);
  const auto store = open_store(config, KeyNeeds{});
  auth::GeneratedApiKey generated = auth::generate_api_key();
  api_key.id = generated.id;
  api_key.secret_hash = generated.secret_hash;
  value_or_fail(run(store->api_keys().add(api_key, operator_context())), "cannot store the key");
  if (!print_api_key(std::move(generated.text))) {
    throw CommandFailed("the key could not be printed and is lost; run: tacit api-key revoke " + api_key.id);
  }
  std::cerr << "Created the API key " << api_key.id << " for the tenant " << api_key.tenant.str()
            << ". It is shown only once; the store keeps only a hash.\n";
  return exit_ok;
}

}  // namespace tacit::server
