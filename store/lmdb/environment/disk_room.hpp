// How much room the disk has left for the store's file, and what may still be written into it. Pure.
//
// A page that has no block on the disk yet may find none when a commit writes it, and then a delete fails as a create
// does, for deleting copies pages too. So blocks are taken for the file ahead of the pages that are used
// (store/lmdb/environment/file_blocks.hpp). When the disk gives no more, growth is refused while a margin of them is
// left, and entries of the audit log alone while half of it is; deletes live on the margin and make room in the file
// itself.
#pragma once

#include <cstdint>

#include "store/engine/engine.hpp"

namespace tacit::store {

/// In pages.
struct DiskRoom {
  bool ahead = false;           ///< the file system takes blocks ahead; if not, nothing is refused before a write fails
  std::uint64_t map = 0;        ///< the whole map
  std::uint64_t taken = 0;      ///< that have their blocks: the file's first so many
  std::uint64_t touched = 0;    ///< that were ever used: the file's first so many
  std::uint64_t reusable = 0;   ///< of those, free again; 0 if not counted
  std::uint64_t available = 0;  ///< that the file system would still give
  std::uint64_t whole = 0;      ///< that it has in all
  bool refused = false;         ///< it gave no more when it was asked last, whatever it says to have

  /// Pages kept back from growth: a 16th of the map, but at least 64 and at most 8192 (32 MiB).
  std::uint64_t margin() const;
  /// With blocks and not in use.
  std::uint64_t spare() const;
  /// How many of the file's first pages should have blocks, so that twice the margin lies beyond what was ever used.
  /// More than `taken` only if that much is missing; then with as much again, so that one call serves many commits.
  std::uint64_t wanted() const;
  /// As it is once the next write has taken what is wanted, or half of what the disk has left if that is less.
  DiskRoom after_taking() const;
  bool allows(Growth growth) const;
  /// Whether the disk has little left: a tenth of it or 1 GiB, whichever is less.
  bool low() const;
  /// How many pages one commit may copy and add.
  std::uint64_t batch_pages() const;

 private:
  /// Whether the disk sets any limit: not if all of the map has blocks.
  bool limits() const;
};

}  // namespace tacit::store
