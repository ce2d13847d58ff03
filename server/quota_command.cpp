#include <cstdint>
#include <iostream>
#include <optional>
#include <string_view>

#include "server/arguments.hpp"
#include "server/commands.hpp"
#include "server/open_store.hpp"
#include "server/values.hpp"

namespace tacit::server {
namespace {

void print_quota(store::Store& store, crypto::Uuid tenant) {
  const auto quota =
      value_or_fail(run(store.quota(tenant, operator_context())), "cannot read the quota of " + tenant.str());
  std::cout << "limit " << quota.limit << (quota.limit_is_own ? " (its own)\n" : " (the default)\n")  //
            << "used " << quota.used << "\nsecrets " << quota.count << '\n';
}

// Nothing for the default.
std::optional<std::uint64_t> read_limit(std::string_view text) {
  if (text == "default") return std::nullopt;
  return read_size(text, 0, std::uint64_t{1} << 62);
}

}  // namespace

int quota_get_command(const Config& config, const Arguments& arguments) {
  const auto tenant = read_argument(arguments, "TENANT", read_uuid);
  const auto store = open_store(config);
  print_quota(*store, tenant);
  return exit_ok;
}

int quota_set_command(const Config& config, const Arguments& arguments) {
  const auto tenant = read_argument(arguments, "TENANT", read_uuid);
  const auto limit = read_argument(arguments, "BYTES", read_limit);
  const auto store = open_store(config);
  value_or_fail(run(store->set_quota(tenant, limit, operator_context())), "cannot set the quota of " + tenant.str());
  print_quota(*store, tenant);
  return exit_ok;
}

}  // namespace tacit::server
