#include "auth/limits/tenant_rates.hpp"

#include <utility>

namespace tacit::auth {
namespace {

constexpr std::size_t places = 8192;

}

TenantRates::TenantRates(Rate by_default, ReadAtOnce at_once, Read read)
    : default_(by_default), read_at_once_(std::move(at_once)), read_(std::move(read)), entries_(places) {}

Rate TenantRates::rate_from(const store::TenantLimits& limits) const {
  return {limits.requests_per_second.value_or(default_.per_second), limits.request_burst.value_or(default_.burst)};
}

TenantRates::Entry& TenantRates::place_of(const crypto::Uuid& tenant) {
  return entries_[crypto::siphash(hash_key_, tenant.view()) % places];
}

Rate TenantRates::keep(Entry& entry, const crypto::Uuid& tenant, const Limits& limits, Clock::time_point now) {
  if (limits) {
    entry.rate = rate_from(*limits);
  } else if (!entry.is_of(tenant)) {
    entry.rate = default_;
  }
  entry.tenant = tenant;
  entry.read_at = now;
  return entry.rate;
}

std::optional<Rate> TenantRates::of(const crypto::Uuid& tenant, Clock::time_point now) {
  Entry& entry = place_of(tenant);
  if (entry.is_of(tenant) && now - entry.read_at < lifetime) return entry.rate;
  const auto limits = read_at_once_(tenant);
  if (!limits) return std::nullopt;
  return keep(entry, tenant, *limits, now);
}

boost::asio::awaitable<Rate> TenantRates::read(crypto::Uuid tenant) {
  Entry& before = place_of(tenant);
  if (!before.is_of(tenant)) before.rate = default_;
  before.tenant = tenant;
  before.read_at = Clock::now();
  const Limits limits = co_await read_(tenant);
  // Another tenant may have taken the place meanwhile.
  co_return keep(place_of(tenant), tenant, limits, Clock::now());
}

Rate TenantRates::known(const crypto::Uuid& tenant) const {
  const Entry& entry = entries_[crypto::siphash(hash_key_, tenant.view()) % places];
  return entry.is_of(tenant) ? entry.rate : default_;
}

void TenantRates::change_default(Rate by_default) {
  default_ = by_default;
  for (Entry& entry : entries_) entry.read_at = Clock::time_point::min();
}

}  // namespace tacit::auth
