// What the kernel says of this process.
#pragma once

#include <cstdint>
#include <optional>

namespace tacit::server {

struct ProcessStatistics {
  double cpu_seconds = 0;  ///< of all threads, in user and kernel mode together
  std::optional<std::uint64_t> resident_bytes{};
  std::optional<std::uint64_t> virtual_bytes{};
  std::optional<std::uint64_t> open_descriptors{};
  std::uint64_t most_descriptors = 0;
};

/// What cannot be found out stays empty.
ProcessStatistics process_statistics();

/// In seconds since 1970. Asks the clocks, so it is a little different each time.
std::optional<double> process_start_time();

}  // namespace tacit::server
