// Each tenant's request rate: the limit that an operator set, or the default.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
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
  using Limits = store::Outcome<store::TenantLimits>;
  /// Reads a tenant's limits from the store without waiting; std::nullopt: the other one has to be awaited.
  using ReadAtOnce = std::function<std::optional<Limits>(const crypto::Uuid& tenant)>;
  using Read = std::function<boost::asio::awaitable<Limits>(crypto::Uuid tenant)>;
  static constexpr std::chrono::seconds lifetime{3};

  TenantRates(Rate by_default, ReadAtOnce at_once, Read read);

  /// The tenant's rate at `now`. If the store cannot be read: the last known rate, or the default, so that a store
  /// failure refuses no request. std::nullopt: call `read`, unless another request of the tenant has just done so.
  std::optional<Rate> of(const crypto::Uuid& tenant, Clock::time_point now);
  /// The same after a read that waits. Meanwhile the tenant's other requests go on with the last known rate, or the
  /// default, so that a tenant has one read under way. This object must live until then.
  boost::asio::awaitable<Rate> read(crypto::Uuid tenant);
  /// The last known rate, or the default.
  Rate known(const crypto::Uuid& tenant) const;

  /// Replaces the default with immediate effect.
  void change_default(Rate by_default);

 private:
  struct Entry {
    crypto::Uuid tenant;
    Rate rate;
    Clock::time_point read_at = Clock::time_point::min();  ///< min(): the entry is unused

    bool is_of(const crypto::Uuid& other) const { return read_at != Clock::time_point::min() && tenant == other; }
  };

  Rate rate_from(const store::TenantLimits& limits) const;
  Entry& place_of(const crypto::Uuid& tenant);
  Rate keep(Entry& entry, const crypto::Uuid& tenant, const Limits& limits, Clock::time_point now);

  Rate default_;
  ReadAtOnce read_at_once_;
  Read read_;
  crypto::SipKey hash_key_ = crypto::SipKey::random();
  std::vector<Entry> entries_;
};

}  // namespace tacit::auth
