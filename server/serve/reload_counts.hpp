// How often the configuration was read again.
#pragma once

#include <atomic>
#include <cstdint>

namespace tacit::server {

/// Any thread may read them.
struct ReloadCounts {
  std::atomic<std::uint64_t> good{0};
  std::atomic<std::uint64_t> bad{0};  ///< something was kept as it was, because what was read is not good
};

}  // namespace tacit::server
