// What one connection may do before the others of its thread have their turn.
#pragma once

#include <cstdint>

namespace tacit::http {

/// Counts steps, each of some microseconds, since the connection last waited. A peer that sends faster than it is
/// served would otherwise never let its thread go.
class Turn {
 public:
  static constexpr std::uint32_t steps = 64;
  static constexpr std::uint32_t steps_of_request = 8;  ///< reading and writing come on top

  void spend(std::uint32_t count = 1) { spent_ += count; }
  bool over() const { return spent_ >= steps; }
  void renew() { spent_ = 0; }

 private:
  std::uint32_t spent_ = 0;
};

}  // namespace tacit::http
