// The number of reloads of the configuration.
#pragma once

#include <atomic>
#include <cstdint>

namespace tacit::server {

/// Any thread may read them.
struct ReloadCounts {
  std::atomic<std::uint64_t> good{0};
  std::atomic<std::uint64_t> bad{0};  ///< reloads in which a faulty part was not changed
};

}  // namespace tacit::server
