#include <iostream>
#include <string>

#include "server/commands.hpp"
#include "server/open_store.hpp"
#include "server/values.hpp"

namespace tacit::server {

int api_key_revoke_command(const Config& config, const Arguments& arguments) {
  const auto id = arguments["ID"].as<std::string>();
  const auto store = open_store(config);
  value_or_fail(run(store->revoke_api_key(id, operator_context())), "cannot revoke the key " + shown(id));
  std::cout << "Revoked " << id << ". Running servers refuse it from now on.\n";
  return exit_ok;
}

}  // namespace tacit::server
