// How much room a memory map of fixed size has left, and what may still be written into it. Pure.
//
// LMDB copies every page that it changes, and frees the old ones only for later transactions: even a delete needs free
// pages first. So growth is refused while a reserve is left, and entries of the audit log alone while half of it is.
#pragma once

#include <cstddef>
#include <cstdint>

#include "store/engine.hpp"

namespace tacit::store {

struct MapRoom {
  std::uint64_t pages = 0;       ///< the whole map
  std::uint64_t free_pages = 0;  ///< never used, or free again

  /// Pages kept back from growth: a twentieth of the map, but at least 64 and at most 8192 (32 MiB).
  std::uint64_t reserve() const;
  bool allows(Growth growth) const;
  /// How many writes one commit may hold, so that the pages it copies surely fit.
  std::size_t batch_limit(std::size_t most) const;
  /// Whether so much is left that nobody needs to count pages that are free again.
  bool ample() const;
};

}  // namespace tacit::store
