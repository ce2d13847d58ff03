// The kernel's statistics of this process.
#pragma once

#include <cstdint>
#include <optional>

namespace tacit::server {

struct ProcessStatistics {
  double cpu_seconds = 0;  ///< of all threads, user plus kernel mode
  std::optional<std::uint64_t> resident_bytes{};
  std::optional<std::uint64_t> virtual_bytes{};
  std::optional<std::uint64_t> open_descriptors{};
  std::uint64_t most_descriptors = 0;
};

/// Values that cannot be read stay empty.
ProcessStatistics process_statistics();

/// In seconds since 1970. Reads the clocks, so results differ slightly between calls.
std::optional<double> process_start_time();

}  // namespace tacit::server
