// Caches the tokens that one thread verified recently, by SHA-256 of their text: a repeated token costs a hash instead
// of a signature verification.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "auth/tokens/jwt.hpp"
#include "crypto/primitives/digest.hpp"

namespace tacit::auth {

/// A verified token, with its issuer and key.
struct VerifiedToken {
  TokenGrant grant;
  const IssuerConfig* issuer = nullptr;  ///< lives as long as Issuers, which outlives every cache
  /// VerificationKey::dropped of the verifying key: if set, the token is no longer valid. Null if introspected.
  std::shared_ptr<const std::atomic<bool>> dropped;
};

/// Belongs to one thread. A set-associative table with sets of four, indexed by the hash; a full set evicts the token
/// that expires first. Only verified tokens are entered, so other clients cannot cause evictions.
class TokenCache {
 public:
  using Clock = std::chrono::system_clock;

  /// Holds at most `tokens` (rounded up to a whole set; 0: none), each for at most `most` and never past its expiry.
  TokenCache(std::size_t tokens, std::chrono::seconds most);

  /// The token, if it is cached, has not expired, and its key is still published; else null. Valid until the next call.
  const VerifiedToken* find(const crypto::Digest& text_hash, Clock::time_point now);
  void keep(const crypto::Digest& text_hash, VerifiedToken token, Clock::time_point now);
  void clear();

 private:
  struct Slot {
    crypto::Digest hash{};
    Clock::time_point until{};  ///< the epoch: the slot is free
    VerifiedToken token;
  };
  static constexpr std::size_t ways = 4;

  Slot* set_of(const crypto::Digest& hash);

  const std::chrono::seconds most_;
  std::vector<std::array<Slot, ways>> sets_;
};

}  // namespace tacit::auth
