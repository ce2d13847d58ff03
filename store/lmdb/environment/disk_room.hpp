// The room that the disk has for the store's file, and the writes that it still permits. Pure.
//
// A commit may find no block for a page that has none yet, and then a delete fails like a create, because deleting
// copies pages too. The file therefore gets blocks ahead of the pages in use (store/lmdb/environment/file_blocks.hpp).
// When the disk gives no more, growth is refused while a margin of such blocks is left, and writes that only log while
// half of it is left; deletes use the margin and make room in the file itself.
#pragma once

#include <cstdint>

#include "store/engine/engine.hpp"

namespace tacit::store {

/// In pages.
struct DiskRoom {
  bool ahead = false;           ///< blocks can be allocated ahead; otherwise only a failed write leads to refusals
  std::uint64_t map = 0;        ///< the whole map
  std::uint64_t taken = 0;      ///< pages with blocks: the file's first ones
  std::uint64_t touched = 0;    ///< pages that were ever used: the file's first ones
  std::uint64_t reusable = 0;   ///< of those, free again; 0 if not counted
  std::uint64_t available = 0;  ///< pages that the file system can still give
  std::uint64_t whole = 0;      ///< the file system's size in pages
  bool refused = false;         ///< the last request for blocks was refused, whatever the file system reports

  /// Pages reserved from growth: a 16th of the map, but at least 64 and at most 8192 (32 MiB).
  std::uint64_t margin() const;
  /// Pages with blocks that are not in use.
  std::uint64_t spare() const;
  /// How many of the file's first pages should have blocks, so that twice the margin lies beyond the used ones. More
  /// than `taken` only if that much is missing; then with the same amount again, so that one call serves many commits.
  std::uint64_t wanted() const;
  /// The state after the next write has taken the wanted blocks, or half of the disk's free ones if that is less.
  DiskRoom after_taking() const;
  bool allows(Growth growth) const;
  /// Whether the disk has little left: less than a tenth of it or less than 1 GiB, whichever is smaller.
  bool low() const;
  /// How many pages one commit may copy and add.
  std::uint64_t batch_pages() const;

 private:
  /// Whether the disk limits writes at all: not if the whole map has blocks.
  bool limits() const;
};

}  // namespace tacit::store
