// The part of the memory for buffers (http/chain/buffer_budget.hpp) that requests and answers of each tenant hold.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "crypto/ids/uuid.hpp"
#include "crypto/primitives/siphash.hpp"

namespace tacit::http {

/// Limits each tenant, so that the slow connections of one do not use up the memory of all. One for the whole server;
/// thread-safe. Counts in 4096 places, which take 32 KiB. Tenants with one place share its limit; a client cannot
/// choose them, because the places are keyed hashes.
class TenantBuffers {
 public:
  /// A connection with no more than this does not count: small requests touch no memory that threads share, and all
  /// the connections that a plane may have by default hold less than the limit of all.
  static constexpr std::size_t uncounted = std::size_t{4} << 10;

  /// A tenant's part of the limit of all: an eighth, and room for some requests if that is small.
  static constexpr std::size_t share_of(std::size_t limit) { return std::max(limit / 8, std::size_t{1} << 20); }

  /// Whether `bytes` more would exceed the tenant's part of this limit.
  bool lacks(const crypto::Uuid& tenant, std::size_t bytes, std::size_t limit) const {
    const std::int64_t held = held_.at(place_of(tenant)).load(std::memory_order_relaxed);
    return held + static_cast<std::int64_t>(bytes) > static_cast<std::int64_t>(share_of(limit));
  }

 private:
  friend class TenantCharge;
  static constexpr std::size_t places = 4096;

  std::size_t place_of(const crypto::Uuid& tenant) const { return crypto::siphash(key_, tenant.view()) % places; }

  const crypto::SipKey key_ = crypto::SipKey::random();
  std::array<std::atomic<std::int64_t>, places> held_{};
};

/// The memory that one connection holds for a tenant. Belongs to the connection's thread.
class TenantCharge {
 public:
  explicit TenantCharge(TenantBuffers& all) : all_(all) {}
  TenantCharge(const TenantCharge&) = delete;
  TenantCharge& operator=(const TenantCharge&) = delete;
  ~TenantCharge() { release(); }

  /// Sets the memory in use. Call `release` before another tenant's.
  void set(const crypto::Uuid& tenant, std::size_t bytes) {
    if (bytes == held_) return;
    if (bytes <= TenantBuffers::uncounted) return release();
    if (held_ == 0) place_ = all_.place_of(tenant);
    change(bytes);
  }
  void release() {
    if (held_ != 0) change(0);
  }

 private:
  void change(std::size_t bytes) {
    const auto more = static_cast<std::int64_t>(bytes) - static_cast<std::int64_t>(held_);
    all_.held_.at(place_).fetch_add(more, std::memory_order_relaxed);
    held_ = bytes;
  }

  TenantBuffers& all_;
  std::size_t place_ = 0;
  std::size_t held_ = 0;
};

}  // namespace tacit::http
