#include "auth/limits/tenant_rates.hpp"

#include <utility>

namespace tacit::auth {
namespace {

constexpr std::size_t places = 8192;

}

TenantRates::TenantRates(Rate by_default, Read read) : default_(by_default), read_(std::move(read)), entries_(places) {}

Rate TenantRates::rate_from(const store::TenantLimits& limits) const {
  return {limits.requests_per_second.value_or(default_.per_second), limits.request_burst.value_or(default_.burst)};
}

Rate TenantRates::of(const crypto::Uuid& tenant, Clock::time_point now) {
  Entry& entry = entries_[crypto::siphash(hash_key_, tenant.view()) % places];
  const bool known = entry.read_at != Clock::time_point::min() && entry.tenant == tenant;
  if (known && now - entry.read_at < lifetime) return entry.rate;
  const auto limits = read_(tenant);
  if (limits) {
    entry.rate = rate_from(*limits);
  } else if (!known) {
    entry.rate = default_;
  }
  entry.tenant = tenant;
  entry.read_at = now;
  return entry.rate;
}

void TenantRates::change_default(Rate by_default) {
  default_ = by_default;
  for (Entry& entry : entries_) entry.read_at = Clock::time_point::min();
}

}  // namespace tacit::auth
