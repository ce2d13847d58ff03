#include "store/lmdb/environment/map_room.hpp"

#include <algorithm>
#include <utility>

namespace tacit::store {
namespace {

/// Pages of the trees that any write copies: at most about seven leaves, with the branches above.
constexpr std::uint64_t tree_pages = 24;
/// A page has 4 KiB, but each row of slightly more than half a page takes a whole one.
constexpr std::size_t bytes_per_page = 2048;

}  // namespace

std::uint64_t MapRoom::reserve() const {
  const std::uint64_t least = std::clamp<std::uint64_t>(pages / 20, 64, enough_pinned);
  return least + std::min(pinned, least);
}

MapRoom MapRoom::unpinned() const {
  MapRoom later = *this;
  later.reusable += later.pinned;
  later.free_pages += std::exchange(later.pinned, 0);
  later.pinning_process = 0;
  return later;
}

bool MapRoom::allows(Growth growth) const {
  switch (growth) {
    case Growth::refuses:
      return free_pages > std::max(pages / 4, 2 * reserve());
    case Growth::grows:
      return free_pages > reserve();
    case Growth::logs:
      return free_pages > reserve() / 2;
    case Growth::shrinks:
      break;
  }
  return true;
}

std::uint64_t MapRoom::pages_for(std::size_t bytes) { return tree_pages + bytes / bytes_per_page; }

std::uint64_t MapRoom::batch_pages() const { return free_pages / 2; }

bool MapRoom::ample() const { return free_pages > 4 * reserve() && free_pages > enough_reusable; }

}  // namespace tacit::store
