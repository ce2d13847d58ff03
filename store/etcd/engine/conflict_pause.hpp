// How long a writer waits after commits that conflicts made fail. Without it, hosts that change the same rows would go
// on to meet each other. Full jitter: any time up to a bound that doubles with each conflict
// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace tacit::store::etcd {

inline constexpr std::chrono::microseconds longest_conflict_pause{50'000};

/// After so many conflicts in a row. The first one costs no pause: to try again at once usually succeeds.
inline std::chrono::microseconds conflict_pause(unsigned conflicts, const std::array<std::uint8_t, 2>& random) {
  constexpr std::int64_t first = 2'000;
  constexpr unsigned most_doublings = 5;
  if (conflicts < 2) return {};
  const std::int64_t bound =
      std::min<std::int64_t>(first << std::min(conflicts - 2, most_doublings), longest_conflict_pause.count());
  const std::int64_t part = random[0] << 8 | random[1];
  return std::chrono::microseconds(bound * part / 65'535);
}

}  // namespace tacit::store::etcd
