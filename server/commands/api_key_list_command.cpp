// `tacit api-key list`: tenants' API keys with their state, as a table or as JSON.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <string>

#include "auth/model/scope_names.hpp"
#include "crypto/text/sentence.hpp"
#include "http/log/printable.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/output.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/wiring/open_store.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::server {
namespace {

const char* state_of(const store::ApiKey& api_key) {
  if (api_key.revoked_at) return "revoked";
  return api_key.expires_at && *api_key.expires_at <= store::now_microseconds() ? "expired" : "active";
}

boost::json::value time_or_null(std::optional<std::int64_t> time) {
  if (!time) return nullptr;
  return boost::json::string(store::rfc3339(*time));
}

boost::json::object object_of(const store::ApiKey& api_key) {
  boost::json::array scopes;
  for (const auto name : auth::scope_names(api_key.scopes)) scopes.emplace_back(boost::json::string_view(name));
  boost::json::object object;
  object["id"] = api_key.id;
  object["user_id"] = api_key.tenant.str();
  object["tenant"] = api_key.tenant.str();  // the name used by the other commands
  object["name"] = api_key.name;
  object["scopes"] = std::move(scopes);
  object["state"] = state_of(api_key);
  object["created_at"] = store::rfc3339(api_key.created_at);
  object["expires_at"] = time_or_null(api_key.expires_at);
  object["revoked_at"] = time_or_null(api_key.revoked_at);
  object["last_used_at"] = time_or_null(api_key.last_used_at);
  return object;
}

void print_json(const std::vector<store::ApiKey>& api_keys) {
  boost::json::array list;
  for (const auto& api_key : api_keys) list.push_back(object_of(api_key));
  std::cout << boost::json::serialize(list) << '\n';
}

void print_table(const std::vector<store::ApiKey>& api_keys) {
  std::vector<std::vector<std::string>> rows = {
      {"ID", "STATE", "TENANT", "SCOPES", "CREATED", "EXPIRES", "USED", "NAME"}};
  // Whole seconds suffice in a table.
  const auto day_and_time = [](std::int64_t time) { return store::rfc3339(time).substr(0, 19) + "Z"; };
  for (const auto& api_key : api_keys) {
    rows.push_back(
        {api_key.id, state_of(api_key), api_key.tenant.str(), crypto::joined(auth::scope_names(api_key.scopes), ","),
         day_and_time(api_key.created_at), api_key.expires_at ? day_and_time(*api_key.expires_at) : "never",
         api_key.last_used_at ? day_and_time(*api_key.last_used_at) : "never", http::printable(api_key.name)});
  }
  std::cout << table(rows);
}

}  // namespace

int api_key_list_command(const Config& config, const Arguments& arguments) {
  std::optional<crypto::Uuid> tenant;
  if (arguments.contains("tenant")) tenant = read_argument(arguments, "tenant", read_uuid);
  const auto store = open_store(config);
  const auto api_keys = value_or_fail(store->api_keys().list(tenant), "cannot list the keys");
  if (arguments.contains("json")) {
    print_json(api_keys);
  } else {
    print_table(api_keys);
  }
  return exit_ok;
}

}  // namespace tacit::server
