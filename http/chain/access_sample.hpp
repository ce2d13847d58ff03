// Which requests the access log has a line for, where it does not have all. Pure.
#pragma once

#include <chrono>
#include <cstdint>

namespace tacit::http {

/// One thread's choice.
class AccessSample {
 public:
  /// A request that took so long is always logged.
  static constexpr std::chrono::seconds slow{1};

  /// Of `every` requests that went well one is logged; 1: each.
  AccessSample(std::uint32_t every, std::uint32_t seed) : every_(every), state_(seed | 1) {}

  /// How many requests a line for this one stands for; 0: it gets none. Answers below 400 go well, and so does 429: it
  /// is what a flood of requests is answered. What else is refused, what fails and what is slow always has a line.
  std::uint32_t weight(unsigned status, std::chrono::steady_clock::duration time) {
    const bool sampled = every_ > 1 && (status < 400 || status == 429) && time < slow;
    if (!sampled) return 1;
    return next() % every_ == 0 ? every_ : 0;
  }

 private:
  /// Marsaglia's xorshift with 32 bits: counting would miss all that comes in step with it, as every second of two
  /// requests that a client makes by turns.
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
