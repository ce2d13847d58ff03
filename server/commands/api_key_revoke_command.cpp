// `tacit api-key revoke`: permanently revokes an API key, after a confirmation.
#include <algorithm>
#include <iostream>
#include <string>

#include "auth/api_keys/api_key_format.hpp"
#include "http/log/printable.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/confirm.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/wiring/open_store.hpp"
#include "store/api_keys/api_keys.hpp"

namespace tacit::server {
namespace {

store::ApiKey find_api_key(const store::Store& store, const std::string& id) {
  const std::string what = "cannot revoke the key " + shown(id);
  const auto api_keys = value_or_fail(store.api_keys().list(std::nullopt), what);
  const auto found = std::ranges::find(api_keys, id, &store::ApiKey::id);
  if (found == api_keys.end()) throw CommandFailed(what + ": no such key; see tacit api-key list");
  return *found;
}

/// Returns whether to revoke the key.
bool describe_and_ask(const store::Store& store, const std::string& id, const Confirmation& confirmation) {
  const store::ApiKey found = find_api_key(store, id);
  const std::string what =
      "the API key " + id + " (" + http::printable(found.name) + ") of the tenant " + found.tenant.str();
  if (confirmation.dry_run()) {
    std::cout << (found.revoked_at ? "Already revoked: " : "Would revoke ") << what << ".\n";
    return false;
  }
  confirmation.ask("Permanently revoke " + what + "?");
  return true;
}

}  // namespace

int api_key_revoke_command(const Config& config, const Arguments& arguments) {
  const Confirmation confirmation(arguments);
  const auto given = arguments["ID"].as<std::string>();
  // Operators may pass a complete leaked key instead of its id. It must not be shown again.
  const auto parsed = auth::parse_api_key(given);
  const std::string id = parsed ? std::string(parsed->id) : given;
  const auto store = open_store(config, KeyNeeds{.signs = !confirmation.dry_run()});
  // In an emergency the command must not wait for a scan of all keys.
  if (!confirmation.asks_nothing() && !describe_and_ask(*store, id, confirmation)) return exit_ok;
  value_or_fail(run(store->api_keys().revoke(id, operator_context())), "cannot revoke the key " + shown(id));
  std::cout << "Revoked " << id << ". Running servers now refuse it.\n";
  return exit_ok;
}

}  // namespace tacit::server
