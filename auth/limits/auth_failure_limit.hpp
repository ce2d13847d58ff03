// How often one client address may present credentials that are no good: guessing is slow, and nobody else pays for it.
// A client has a bucket for guesses, and one for each credential or API key that is better told from the others.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "auth/limits/rate_limiter.hpp"
#include "crypto/digest.hpp"

namespace tacit::auth {

/// What counts as one client: an IPv4 address, or the /64 of an IPv6 address, which is what one subscriber has to pick
/// addresses from (RFC 6177). An IPv4 address that came mapped into IPv6 is that IPv4 address.
std::array<std::uint8_t, 16> client_network(const boost::asio::ip::address& address);

/// Thread-safe. Takes 1 MiB.
class AuthFailureLimit {
 public:
  using Clock = RateLimiter::Clock;

  /// `failures` with rate 0: no limit.
  AuthFailureLimit(Rate failures, Clock::time_point start) : failures_(failures), buckets_(65'536, start) {}

  bool limited() const { return rate().limited(); }
  Rate rate() const { return failures_.load(std::memory_order_relaxed); }
  /// What was counted before stays.
  void change(Rate failures) { failures_.store(failures, std::memory_order_relaxed); }

  /// Zero if a credential from there may be judged; else how long until one may. Changes nothing.
  std::chrono::nanoseconds wait(const boost::asio::ip::address& client, Clock::time_point now) const;

  /// A credential from there was judged and is no good. Of those that are judged at the same time each is charged, so
  /// that it does not pay to guess on many connections at once.
  void failed(const boost::asio::ip::address& client, Clock::time_point now);

  /// The same of the API key of that id alone, at most 32 bytes.
  std::chrono::nanoseconds wait(const boost::asio::ip::address& client, std::string_view key_id,
                                Clock::time_point now) const;
  void failed(const boost::asio::ip::address& client, std::string_view key_id, Clock::time_point now);

  /// The same of tokens that are no guess, for their issuer did give them out: each has that rate, and all of one
  /// client have more_tokens times that, for whoever may have such tokens may have any number of them.
  static constexpr std::uint32_t more_tokens = 16;
  std::chrono::nanoseconds wait(const boost::asio::ip::address& client, const crypto::Digest& token,
                                Clock::time_point now) const;
  void failed(const boost::asio::ip::address& client, const crypto::Digest& token, Clock::time_point now);

 private:
  Rate rate_of_tokens() const;

  std::atomic<Rate> failures_;
  RateLimiter buckets_;
};

}  // namespace tacit::auth
