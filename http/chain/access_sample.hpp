// Selects the requests that a sampled access log contains. Pure.
#pragma once

#include <chrono>
#include <cstdint>

namespace tacit::http {

/// One thread's sample.
class AccessSample {
 public:
  /// A request that takes this long is always logged.
  static constexpr std::chrono::seconds slow{1};

  /// One in `every` successful requests is logged; 1: each.
  AccessSample(std::uint32_t every, std::uint32_t seed) : every_(every), state_(seed | 1) {}

  /// The number of requests that the line of this one represents; 0: it is not logged. Statuses below 400 are sampled,
  /// and so is 429, which answers floods of requests. Other refusals, failures and slow requests are always logged.
  std::uint32_t weight(unsigned status, std::chrono::steady_clock::duration time) {
    const bool sampled = every_ > 1 && (status < 400 || status == 429) && time < slow;
    if (!sampled) return 1;
    return next() % every_ == 0 ? every_ : 0;
  }

 private:
  /// Marsaglia's xorshift with 32 bits. A counter would systematically miss periodic requests, such as every second one
  /// of a client that alternates between two.
  std::uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }

  std::uint32_t every_;
  std::uint32_t state_;
};

}  // namespace tacit::http
