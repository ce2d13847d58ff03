// Limits failed credentials per client address, so that guessing is slow and other clients are not affected. A client
// has one bucket for guesses, and separate buckets for known API key ids and for genuine tokens.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "auth/limits/rate_limiter.hpp"
#include "crypto/primitives/digest.hpp"

namespace tacit::auth {

/// The addresses that count as one client: an IPv4 address, or the /64 of an IPv6 address, within which one subscriber
/// can choose addresses (RFC 6177). An IPv4-mapped IPv6 address counts as its IPv4 address.
std::array<std::uint8_t, 16> client_network(const boost::asio::ip::address& address);

/// Thread-safe. Takes 1 MiB.
class AuthFailureLimit {
 public:
  using Clock = RateLimiter::Clock;

  /// `failures` with rate 0: no limit.
  AuthFailureLimit(Rate failures, Clock::time_point start) : failures_(failures), buckets_(65'536, start) {}

  bool limited() const { return rate().limited(); }
  Rate rate() const { return failures_.load(std::memory_order_relaxed); }
  /// Keeps the existing buckets.
  void change(Rate failures) { failures_.store(failures, std::memory_order_relaxed); }

  /// Zero if a credential from `client` may be judged now; else the time until then. Changes nothing.
  std::chrono::nanoseconds wait(const boost::asio::ip::address& client, Clock::time_point now) const;

  /// Charges a failed credential from `client`. Credentials that are judged concurrently are charged each, so guessing
  /// on many connections at once gains nothing.
  void failed(const boost::asio::ip::address& client, Clock::time_point now);

  /// The same for one API key id, of at most 32 bytes.
  std::chrono::nanoseconds wait(const boost::asio::ip::address& client, std::string_view api_key_id,
                                Clock::time_point now) const;
  void failed(const boost::asio::ip::address& client, std::string_view api_key_id, Clock::time_point now);

  /// The same for genuine tokens (wrong place or time; not a guess): each token has that rate, and all tokens of one
  /// client together have more_tokens times that rate, because a client can hold any number of such tokens.
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
