#include <iostream>
#include <string>

#include "auth/api_key_format.hpp"
#include "server/commands.hpp"
#include "server/open_store.hpp"
#include "server/values.hpp"

namespace tacit::server {

int api_key_revoke_command(const Config& config, const Arguments& arguments) {
  const auto given = arguments["ID"].as<std::string>();
  // Who holds a whole key that leaked may well hand it over as it is. It must not be shown again.
  const auto key = auth::parse_api_key(given);
  const std::string id = key ? std::string(key->id) : given;
  const auto store = open_store(config);
  value_or_fail(run(store->revoke_api_key(id, operator_context())), "cannot revoke the key " + shown(id));
  std::cout << "Revoked " << id << ". Running servers refuse it from now on.\n";
  return exit_ok;
}

}  // namespace tacit::server
