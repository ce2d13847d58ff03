// What is known of opaque tokens: the issuer's answers for a while, and who waits for the ones that are being asked
// for.
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
#include "crypto/digest.hpp"
#include "crypto/wiped.hpp"
#include "store/engine/waiter.hpp"

namespace tacit::auth {

using IntrospectionAnswer = boost::system::result<TokenGrant, Refusal>;

/// Does no I/O and takes the time from its caller. Not thread-safe. Tokens are known by their SHA-256; only those that
/// are being asked for are held.
class IntrospectionCache {
 public:
  struct Limits {
    std::chrono::milliseconds positive{30'000};  ///< how long a grant is believed, at most until the token's exp
    std::chrono::milliseconds negative{5'000};   ///< … that a token is no good
    std::size_t answers = 10'000;                ///< kept; beyond, the oldest goes
    std::size_t calls = 1'000;                   ///< under way
  };
  /// Both clocks: how long an answer was kept must not depend on the wall clock, when a token expires does.
  struct Now {
    std::chrono::steady_clock::time_point steady;
    std::chrono::system_clock::time_point system;
  };
  using AnswerWaiter = std::shared_ptr<store::Waiter<IntrospectionAnswer>>;
  /// The issuer is being asked about one token.
  struct Call {
    crypto::Digest digest{};
    crypto::WipedBytes token;
    std::vector<AnswerWaiter> waiters;
  };

  explicit IntrospectionCache(const Limits& limits) : limits_(limits) {}

  /// What is known of the token with that digest.
  std::optional<IntrospectionAnswer> find(const crypto::Digest& digest, const Now& now);
  /// Answers the waiter if it can; else lets it wait for a call. A call that was not under way is returned: it has to
  /// be made, and settled. With too many under way the answer is issuer_unreachable.
  std::shared_ptr<const Call> ask(const crypto::Digest& digest, std::string_view token, const Now& now,
                                  const AnswerWaiter& waiter);
  /// The answer with its grant cut short to the time that the cache believes it, so that nobody keeps it longer.
  IntrospectionAnswer shortened(IntrospectionAnswer answer, const Now& now) const;
  /// The call has ended: keeps the answer, unless it says nothing
  /// of the token, and returns who waits for it.
  std::vector<AnswerWaiter> settle(const crypto::Digest& digest, const IntrospectionAnswer& answer, const Now& now);
  /// Gives up all calls and returns who waits for them.
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
  /// A digest is evenly distributed already.
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
