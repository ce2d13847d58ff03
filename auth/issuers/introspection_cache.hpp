// Caches the issuer's answers about opaque tokens for a limited time, and holds the waiters of introspection calls in
// progress.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <cstring>
#include <list>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/model/refusal.hpp"
#include "auth/tokens/jwt.hpp"
#include "crypto/memory/wiped.hpp"
#include "crypto/primitives/digest.hpp"
#include "store/engine/waiter.hpp"

namespace tacit::auth {

using IntrospectionAnswer = boost::system::result<TokenGrant, Refusal>;

/// Does no I/O; callers pass the time. Not thread-safe. Tokens are identified by SHA-256; a token's text is held only
/// while a call for it is in progress.
class IntrospectionCache {
 public:
  struct Limits {
    std::chrono::milliseconds positive{};  ///< how long a grant is kept, at most until the token's exp
    std::chrono::milliseconds negative{};  ///< how long a refusal is kept
    std::size_t answers = 10'000;          ///< kept; when full, the oldest is evicted
    std::size_t calls = 1'000;             ///< in progress
  };
  /// Both clocks: an answer's age is measured on the steady clock, a token's expiry on the wall clock.
  struct Now {
    std::chrono::steady_clock::time_point steady;
    std::chrono::system_clock::time_point system;
  };
  using AnswerWaiter = std::shared_ptr<store::Waiter<IntrospectionAnswer>>;
  /// A call to the issuer about one token.
  struct Call {
    crypto::Digest digest{};
    crypto::WipedBytes token;
    std::vector<AnswerWaiter> waiters;
  };

  explicit IntrospectionCache(const Limits& limits) : limits_(limits) {}

  /// The cached answer for the token with that digest.
  std::optional<IntrospectionAnswer> find(const crypto::Digest& digest, const Now& now);
  /// Answers the waiter from the cache, or adds it to a call. Returns a new call, which the caller must make and
  /// settle; null if none is needed. With too many calls in progress the answer is issuer_unreachable.
  std::shared_ptr<const Call> ask(const crypto::Digest& digest, std::string_view token, const Now& now,
                                  const AnswerWaiter& waiter);
  /// The answer with its grant's expiry limited to the time that this cache keeps it, so callers keep it no longer.
  IntrospectionAnswer shortened(IntrospectionAnswer answer, const Now& now) const;
  /// Ends a call: keeps the answer, unless it is no verdict on the token, and returns the call's waiters.
  std::vector<AnswerWaiter> settle(const crypto::Digest& digest, const IntrospectionAnswer& answer, const Now& now);
  /// Drops all calls and returns their waiters.
  std::vector<AnswerWaiter> abandon();

  std::size_t kept() const { return kept_.size(); }
  std::size_t under_way() const { return calls_.size(); }

 private:
  struct Kept {
    crypto::Digest digest;
    IntrospectionAnswer answer;
    std::chrono::steady_clock::time_point until;
    std::chrono::system_clock::time_point exp;
    bool good(const Now& now) const { return now.steady < until && now.system < exp; }
  };
  /// A digest is already uniformly distributed.
  struct FirstBytes {
    std::size_t operator()(const crypto::Digest& digest) const {
      std::size_t bytes = 0;
      std::memcpy(&bytes, digest.data(), sizeof bytes);
      return bytes;
    }
  };
  using Oldest = std::list<Kept>;
  void forget(Oldest::iterator kept);

  Limits limits_;
  Oldest oldest_first_;
  std::unordered_map<crypto::Digest, Oldest::iterator, FirstBytes> kept_;
  std::unordered_map<crypto::Digest, std::shared_ptr<Call>, FirstBytes> calls_;
};

}  // namespace tacit::auth
