// The tokens that one thread verified lately, by SHA-256 of their text: a token that comes again costs a hash, not a
// signature.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "auth/tokens/jwt.hpp"
#include "crypto/digest.hpp"

namespace tacit::auth {

/// A verified token, and what that rests on.
struct VerifiedToken {
  TokenGrant grant;
  const IssuerConfig* issuer = nullptr;  ///< lives as long as the issuers, longer than any cache
  /// VerificationKey::dropped of the key that it was verified with: then it is void. Null: the issuer was asked.
  std::shared_ptr<const std::atomic<bool>> dropped;
};

/// Belongs to one thread. Keeps what it has in sets of four, found by the hash; in a full set the token that ends first
/// gives way. Only tokens whose signature was good come here, so nobody else can choose what gives way.
class TokenCache {
 public:
  using Clock = std::chrono::system_clock;

  /// At most `tokens` of them (rounded up to a whole set; 0: none), each for `most` at the longest and never past its
  /// end.
  TokenCache(std::size_t tokens, std::chrono::seconds most);

  /// The token, if it is there, has not ended, and its key is still the issuer's. Valid until the next call.
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
