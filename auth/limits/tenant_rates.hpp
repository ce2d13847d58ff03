// Each tenant's request rate: the limit that an operator set, or the default.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "auth/limits/rate_limiter.hpp"
#include "crypto/ids/uuid.hpp"
#include "crypto/primitives/siphash.hpp"
#include "store/model/outcome.hpp"
#include "store/model/tenant_limits.hpp"

namespace tacit::auth {

/// One thread's cache of the stored limits. The store is read at most once per `lifetime` and tenant. Takes 256 KiB: a
/// direct-mapped table of 8192 tenants with a keyed hash. Not thread-safe.
class TenantRates {
 public:
  using Clock = RateLimiter::Clock;
  using Read = std::function<store::Outcome<store::TenantLimits>(const crypto::Uuid& tenant)>;
  static constexpr std::chrono::seconds lifetime{3};

  /// `read` reads a tenant's limits from the store.
  TenantRates(Rate by_default, Read read);

  /// The tenant's rate at `now`. If the store cannot be read: the last known rate, or the default, so that a store
  /// failure refuses no request.
  Rate of(const crypto::Uuid& tenant, Clock::time_point now);

  /// Replaces the default with immediate effect.
  void change_default(Rate by_default);

 private:
  struct Entry {
    crypto::Uuid tenant;
    Rate rate;
    Clock::time_point read_at = Clock::time_point::min();  ///< min(): the entry is unused
  };

  Rate rate_from(const store::TenantLimits& limits) const;

  Rate default_;
  Read read_;
  crypto::SipKey hash_key_ = crypto::SipKey::random();
  std::vector<Entry> entries_;
};

}  // namespace tacit::auth
