// Remembers which signatures were verified, so that the steady cost of a signed row is a hash of it.
//
// A table of tags of 64 bits. A tag is SipHash-2-4 of what was verified, under a random key of the process, so that an
// attacker cannot choose rows with the same tag; it has its place by its low bits, and overwrites the tag that is
// there. Only signatures that were right are remembered.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>

#include "crypto/memory/bytes.hpp"
#include "crypto/primitives/siphash.hpp"

namespace tacit::store {

/// For any thread; forgets by overwriting. Lock-free, except that the thread that fills half of a table makes the next
/// one. Bounded: 4096 places of 8 bytes at first, four times as many after each growth, at most 262,144 (2 MiB, and
/// 0.7 MiB for the smaller tables, which stay because other threads may still read them). Beyond about as many tenants
/// that are active at the same time, a part of the requests costs a verification each.
class SignedMemory {
 public:
  SignedMemory();
  ~SignedMemory();
  SignedMemory(const SignedMemory&) = delete;
  SignedMemory& operator=(const SignedMemory&) = delete;

  /// Whether these parts were learned and not forgotten. The parts must contain everything that the verification used,
  /// except for what is constant during this object's lifetime.
  bool knows(std::initializer_list<crypto::ByteView> parts) const;
  void learn(std::initializer_list<crypto::ByteView> parts);
  /// How often `knows` said no: the number of signatures that were verified.
  std::uint64_t verifications() const { return verifications_.load(std::memory_order_relaxed); }
  /// How many signatures it can remember at present.
  std::size_t places() const;
  /// A tenant's key pair was not accepted (check_tenant_key).
  void count_refusal() { refusals_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }

 private:
  struct Table;
  static constexpr std::size_t first_places = std::size_t{1} << 12;
  static constexpr std::size_t growth = 4;
  static constexpr std::size_t most_tables = 4;

  std::uint64_t tag_of(std::initializer_list<crypto::ByteView> parts) const;
  void grow(const Table& full);

  const crypto::SipKey key_ = crypto::SipKey::random();
  std::mutex growing_;
  std::array<std::unique_ptr<Table>, most_tables> tables_;  ///< under growing_; each lives as long as this object
  std::size_t made_ = 0;                                    ///< under growing_: how many there are
  std::atomic<Table*> newest_{nullptr};
  mutable std::atomic<std::uint64_t> verifications_{0};
  std::atomic<std::uint64_t> refusals_{0};
};

}  // namespace tacit::store
