#include "store/map_room.hpp"

#include <algorithm>

namespace tacit::store {
namespace {

/// The pages that one write copies or adds: at most about seven rows in other places, with the branches above them.
constexpr std::uint64_t pages_per_write = 24;

}  // namespace

std::uint64_t MapRoom::reserve() const { return std::clamp<std::uint64_t>(pages / 20, 64, 8192); }

bool MapRoom::allows(Growth growth) const {
  switch (growth) {
    case Growth::grows:
      return free_pages > reserve();
    case Growth::logs:
      return free_pages > reserve() / 2;
    case Growth::shrinks:
      break;
  }
  return true;
}

std::size_t MapRoom::batch_limit(std::size_t most) const {
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(free_pages / 2 / pages_per_write, 1, most));
}

bool MapRoom::ample() const { return free_pages > 4 * reserve() && free_pages > 65536; }

}  // namespace tacit::store
