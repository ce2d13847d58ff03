// `tacit quota get` and `tacit quota set`: a tenant's storage quota and its use.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <iostream>
#include <optional>
#include <string_view>

#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/quantities.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/wiring/open_store.hpp"
#include "store/tenants/tenants.hpp"

namespace tacit::server {
namespace {

void print_json(const crypto::Uuid& tenant, const store::QuotaState& quota) {
  boost::json::object out;
  out["tenant"] = tenant.str();
  out["limit"] = quota.limit;
  out["limit_is_own"] = quota.limit_is_own;
  out["used"] = quota.used;
  out["secrets"] = quota.count;
  out["secrets_limit"] = quota.count_limit;
  out["secrets_limit_is_own"] = quota.count_limit_is_own;
  std::cout << boost::json::serialize(out) << '\n';
}

void print_quota(store::Store& store, const crypto::Uuid& tenant, const Arguments& arguments) {
  const auto quota =
      value_or_fail(run(store.tenants().quota(tenant, operator_context())), "cannot read the quota of " + tenant.str());
  if (arguments.contains("json")) return print_json(tenant, quota);
  std::cout << "limit    " << size_text(quota.limit) << (quota.limit_is_own ? ", its own\n" : ", the default\n")  //
            << "used     " << size_text(quota.used) << "\nsecrets  " << quota.count << " of at most "
            << quota.count_limit << (quota.count_limit_is_own ? ", its own\n" : ", the default\n");
}

// std::nullopt for the default.
std::optional<std::uint64_t> read_limit(std::string_view text) {
  if (text == "default") return std::nullopt;
  return read_size(text, 0, std::uint64_t{1} << 62);
}

}  // namespace

int quota_get_command(const Config& config, const Arguments& arguments) {
  const auto tenant = read_argument(arguments, "tenant", read_uuid);
  const auto store = open_store(config);
  print_quota(*store, tenant, arguments);
  return exit_ok;
}

int quota_set_command(const Config& config, const Arguments& arguments) {
  const auto tenant = read_argument(arguments, "tenant", read_uuid);
  const auto limit = read_argument(arguments, "BYTES", read_limit);
  const auto store = open_store(config, KeyNeeds{});
  value_or_fail(run(store->tenants().set_quota(tenant, limit, operator_context())),
                "cannot set the quota of " + tenant.str());
  print_quota(*store, tenant, arguments);
  return exit_ok;
}

}  // namespace tacit::server
