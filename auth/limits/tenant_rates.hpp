// How many requests each tenant may make: what an operator set for it, or the default.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "auth/limits/rate_limiter.hpp"
#include "crypto/siphash.hpp"
#include "crypto/uuid.hpp"
#include "store/model/outcome.hpp"
#include "store/model/tenant_limits.hpp"

namespace tacit::auth {

/// One thread's view of the stored limits, each at most `lifetime` old; the store is not asked more often for one
/// tenant. Takes 256 KiB: 8192 tenants, each in the one place that a keyed hash gives it. Not thread-safe.
class TenantRates {
 public:
  using Clock = RateLimiter::Clock;
  using Read = std::function<store::Outcome<store::TenantLimits>(const crypto::Uuid& tenant)>;
  static constexpr std::chrono::seconds lifetime{3};

  /// `read` asks the store.
  TenantRates(Rate by_default, Read read);

  /// The tenant's rate at `now`. If the store cannot tell, what it said last, or the default: who may ask must not
  /// depend on it.
  Rate of(const crypto::Uuid& tenant, Clock::time_point now);

  /// Another default, which counts at once.
  void change_default(Rate by_default);

 private:
  struct Entry {
    crypto::Uuid tenant;
    Rate rate;
    Clock::time_point read_at = Clock::time_point::min();  ///< then: holds nothing
  };

  Rate rate_from(const store::TenantLimits& limits) const;

  Rate default_;
  Read read_;
  crypto::SipKey hash_key_ = crypto::SipKey::random();
  std::vector<Entry> entries_;
};

}  // namespace tacit::auth
