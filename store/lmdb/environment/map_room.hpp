// The room in a memory map of fixed size, and the writes that it still permits. Pure.
//
// LMDB copies every page that it changes, and frees the old ones only for later transactions: even a delete needs free
// pages first. So growth is refused while a reserve is left, and writes that only log while half of it is left. Entries
// of refusals are refused long before, so that clients whose requests are refused cannot cause that state.
#pragma once

#include <cstddef>
#include <cstdint>

#include "store/engine/engine.hpp"

namespace tacit::store {

struct MapRoom {
  std::uint64_t pages = 0;       ///< the whole map
  std::uint64_t free_pages = 0;  ///< never used, or free again
  bool counted = false;          ///< the free pages include those free again, as many as changes depend on
  bool whole = false;            ///< all pages of the free list were counted
  std::uint64_t touched = 0;     ///< ever used: the first ones of the map
  std::uint64_t reusable = 0;    ///< of those, free again, if they were counted
  /// Likewise, but not reusable while a reader uses a snapshot with them: not counted as free.
  std::uint64_t pinned = 0;
  std::uint64_t pinning_process = 0;  ///< the process with the oldest snapshot; 0 if nothing is pinned

  /// Counting may end with more pages than these: everything that `ample` allows is then allowed, and more pinned pages
  /// change no reserve.
  static constexpr std::uint64_t enough_reusable = 65536;
  static constexpr std::uint64_t enough_pinned = 8192;

  /// Pages reserved from growth: a twentieth of the map, but at least 64 and at most 8192 (32 MiB). Plus up to the same
  /// number if as many are pinned: pages that deletes free meanwhile are pinned too, so deletes use only the reserve.
  std::uint64_t reserve() const;
  /// The state after the readers of older snapshots have ended.
  MapRoom unpinned() const;
  bool allows(Growth growth) const;
  /// The maximum number of pages that a write of that many bytes copies or adds.
  static std::uint64_t pages_for(std::size_t bytes);
  /// How many pages one commit may copy and add: a part of the free ones, because freed pages return only later.
  std::uint64_t batch_pages() const;
  /// Whether so much is left that reusable pages need not be counted. Only entries of refusals may need more.
  bool ample() const;
};

}  // namespace tacit::store
