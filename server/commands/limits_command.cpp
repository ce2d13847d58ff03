// `tacit limits get` and `tacit limits set`: a tenant's request rate, its limits of API keys and secrets, and whether
// its values are bound to their tools.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "auth/limits/rate_limiter.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/wiring/open_store.hpp"
#include "store/tenants/tenants.hpp"

namespace tacit::server {
namespace {

using Limit = std::optional<std::uint32_t>;

/// From `Least` to `Most`; std::nullopt for the default.
template <std::uint32_t Least, std::uint32_t Most>
Limit read_limit(std::string_view text) {
  if (text == "default") return std::nullopt;
  return static_cast<std::uint32_t>(read_number(text, Least, Most));
}

/// Changes the limit if the option was given. Returns whether it was.
bool read_option(const Arguments& arguments, const char* name, Limit (*read)(std::string_view), Limit& limit) {
  if (!arguments.contains(name)) return false;
  limit = read_argument(arguments, name, read);
  return true;
}

std::optional<bool> read_strict_binding(std::string_view text) {
  if (text == "on") return true;
  if (text == "off") return false;
  if (text == "default") return std::nullopt;
  throw UsageError(shown(text) + " is not one of on, off, default");
}

bool read_options(const Arguments& arguments, store::TenantLimits& limits) {
  constexpr std::uint32_t most_api_keys = 1'000'000;
  constexpr std::uint32_t most_secrets = 1'000'000'000;
  bool any = read_option(arguments, "requests-per-second", read_limit<0, auth::Rate::most>, limits.requests_per_second);
  any |= read_option(arguments, "request-burst", read_limit<1, auth::Rate::most>, limits.request_burst);
  any |= read_option(arguments, "api-keys", read_limit<0, most_api_keys>, limits.api_keys);
  any |= read_option(arguments, "secrets", read_limit<0, most_secrets>, limits.secrets);
  if (!arguments.contains("strict-binding")) return any;
  limits.strict_binding = read_argument(arguments, "strict-binding", read_strict_binding);
  return true;
}

void add_limit(boost::json::object& out, const std::string& name, const Limit& own, std::uint32_t by_default) {
  out[name] = own.value_or(by_default);
  out[name + "_is_own"] = own.has_value();
}

void print_json(const Config& config, const crypto::Uuid& tenant, const store::TenantLimits& limits) {
  boost::json::object out;
  out["tenant"] = tenant.str();
  add_limit(out, "requests_per_second", limits.requests_per_second, config.request_rate);
  add_limit(out, "request_burst", limits.request_burst, config.request_burst);
  add_limit(out, "api_keys", limits.api_keys, config.api_keys_default);
  add_limit(out, "secrets", limits.secrets, config.secrets_default);
  out["strict_binding"] = limits.strict_binding.value_or(config.strict_binding);
  out["strict_binding_is_own"] = limits.strict_binding.has_value();
  std::cout << boost::json::serialize(out) << '\n';
}

void print_limit(const char* name, const Limit& own, std::uint32_t by_default) {
  std::cout << name << own.value_or(by_default) << (own ? ", its own\n" : ", the default\n");
}

void print_text(const Config& config, const store::TenantLimits& limits) {
  print_limit("requests-per-second  ", limits.requests_per_second, config.request_rate);
  print_limit("request-burst        ", limits.request_burst, config.request_burst);
  print_limit("api-keys             ", limits.api_keys, config.api_keys_default);
  print_limit("secrets              ", limits.secrets, config.secrets_default);
  const bool strict = limits.strict_binding.value_or(config.strict_binding);
  std::cout << "strict-binding       " << (strict ? "on" : "off")
            << (limits.strict_binding ? ", its own\n" : ", the default\n");
}

store::TenantLimits stored_limits(const store::Store& store, const crypto::Uuid& tenant) {
  return value_or_fail(run(store.tenants().limits(tenant)), "cannot read the limits of " + tenant.str());
}

void print_limits(const Config& config, const Arguments& arguments, const store::Store& store,
                  const crypto::Uuid& tenant) {
  const store::TenantLimits limits = stored_limits(store, tenant);
  if (arguments.contains("json")) return print_json(config, tenant, limits);
  print_text(config, limits);
}

}  // namespace

int limits_get_command(const Config& config, const Arguments& arguments) {
  const auto tenant = read_argument(arguments, "tenant", read_uuid);
  const auto store = open_store(config);
  print_limits(config, arguments, *store, tenant);
  return exit_ok;
}

int limits_set_command(const Config& config, const Arguments& arguments) {
  const auto tenant = read_argument(arguments, "tenant", read_uuid);
  store::TenantLimits limits;
  if (!read_options(arguments, limits)) {
    throw UsageError(
        "no limit was given: --requests-per-second, --request-burst, --api-keys, --secrets or --strict-binding");
  }
  const auto store = open_store(config, KeyNeeds{});
  limits = stored_limits(*store, tenant);
  read_options(arguments, limits);
  value_or_fail(run(store->tenants().set_limits(tenant, limits, operator_context())),
                "cannot set the limits of " + tenant.str());
  print_limits(config, arguments, *store, tenant);
  return exit_ok;
}

}  // namespace tacit::server
