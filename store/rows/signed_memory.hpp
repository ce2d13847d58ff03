// Remembers which signatures were verified, so that the steady cost of a signed row is a hash of it.
//
// A table of 65,536 tags of 64 bits. A tag is SipHash-2-4 of what was verified, under a random key of the process, so
// that an attacker cannot choose rows with the same tag; it has its place by its low bits, and overwrites the tag that
// is there. Only signatures that were right are remembered.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include "crypto/bytes.hpp"
#include "crypto/siphash.hpp"

namespace tacit::store {

/// Bounded (512 KiB), lock-free, for any thread; forgets by overwriting.
class SignedMemory {
 public:
  SignedMemory();

  /// Whether these parts were learned and not forgotten. The parts must contain everything that the verification used,
  /// except for what is constant during this object's lifetime.
  bool knows(std::initializer_list<crypto::ByteView> parts) const;
  void learn(std::initializer_list<crypto::ByteView> parts);
  /// How often `knows` said no: the number of signatures that were verified.
  std::uint64_t verifications() const { return verifications_.load(std::memory_order_relaxed); }
  /// A tenant's key pair was not accepted (check_tenant_key).
  void count_refusal() { refusals_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t places = std::size_t{1} << 16;
  using Tags = std::array<std::atomic<std::uint64_t>, places>;

  std::uint64_t tag_of(std::initializer_list<crypto::ByteView> parts) const;

  const crypto::SipKey key_ = crypto::SipKey::random();
  const std::unique_ptr<Tags> tags_;  ///< 0: none
  mutable std::atomic<std::uint64_t> verifications_{0};
  std::atomic<std::uint64_t> refusals_{0};
};

}  // namespace tacit::store
