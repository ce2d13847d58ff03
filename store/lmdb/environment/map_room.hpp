// How much room a memory map of fixed size has left, and what may still be written into it. Pure.
//
// LMDB copies every page that it changes, and frees the old ones only for later transactions: even a delete needs free
// pages first. So growth is refused while a reserve is left, and entries of the audit log alone while half of it is.
// Entries of refusals are refused long before, so that nobody who is only refused can bring that about.
#pragma once

#include <cstddef>
#include <cstdint>

#include "store/engine/engine.hpp"

namespace tacit::store {

struct MapRoom {
  std::uint64_t pages = 0;       ///< the whole map
  std::uint64_t free_pages = 0;  ///< never used, or free again
  bool counted = false;          ///< those that are free again are among them
  std::uint64_t touched = 0;     ///< ever used: the first so many
  std::uint64_t reusable = 0;    ///< of those, free again, if they were counted
  /// Likewise, but of no use while somebody looks at the snapshot that had them: not among the free ones.
  std::uint64_t pinned = 0;
  std::uint64_t pinning_process = 0;  ///< the id of who looks at the oldest one; 0 if nothing is pinned

  /// Pages kept back from growth: a twentieth of the map, but at least 64 and at most 8192 (32 MiB). Up to as many
  /// more as are pinned: what deletes free meanwhile is pinned too, so each of them lives on the reserve alone.
  std::uint64_t reserve() const;
  /// As it will be when those who look at older snapshots have ended.
  MapRoom unpinned() const;
  bool allows(Growth growth) const;
  /// The most pages that a write copies or adds which holds that many bytes.
  static std::uint64_t pages_for(std::size_t bytes);
  /// How many pages one commit may copy and add: a part of what is free, for the freed ones come back only later.
  std::uint64_t batch_pages() const;
  /// Whether so much is left that nobody needs to count pages that are free again.
  bool ample() const;
};

}  // namespace tacit::store
