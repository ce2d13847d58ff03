// Limits the work of one connection before other connections of its thread get their turn.
#pragma once

#include <cstdint>

namespace tacit::http {

/// Counts steps of a few microseconds each since the connection last waited. Without the limit, a peer that sends
/// faster than it is served would occupy its thread forever.
class Turn {
 public:
  static constexpr std::uint32_t steps = 64;
  static constexpr std::uint32_t steps_of_request = 8;  ///< in addition to reading and writing

  void spend(std::uint32_t count = 1) { spent_ += count; }
  bool over() const { return spent_ >= steps; }
  void renew() { spent_ = 0; }

 private:
  std::uint32_t spent_ = 0;
};

}  // namespace tacit::http
