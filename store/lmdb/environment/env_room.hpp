// Measures the room that an open environment has: in its map (store/lmdb/environment/map_room.hpp) and on the disk
// (store/lmdb/environment/disk_room.hpp). Reserves the file's blocks ahead of use.
#pragma once

#include <cstdint>
#include <memory>

#include "store/lmdb/environment/disk_room.hpp"
#include "store/lmdb/environment/file_blocks.hpp"
#include "store/lmdb/environment/free_list.hpp"
#include "store/lmdb/environment/map_room.hpp"

struct MDB_env;

namespace tacit::store {

/// Thread-safe, except `reserve_ahead`.
class EnvRoom {
 public:
  explicit EnvRoom(MDB_env* env) : env_(env) {}

  /// Call before anything is written. Without it, no blocks are allocated and the disk limits nothing. `ahead`: as for
  /// FileBlocks.
  void reserve_ahead(int file, std::uint64_t page_size, bool ahead);

  /// The fill level of the map. Counts reusable pages only if the result depends on them, and only as many as changes
  /// depend on: the free list may have millions of rows.
  MapRoom map() const;
  /// Adds the reusable pages to a room without them, and the pages that readers pin, as many as changes depend on.
  void count_reusable(MapRoom& room) const;
  /// The fill level of the map with these pages of the free list.
  MapRoom map(const FreePages& pages) const;
  /// The disk's room for the file whose map has that room.
  DiskRoom disk(const MapRoom& map) const;
  /// Allocates disk blocks ahead of use, if few are left.
  void take_blocks();
  /// Why the file system refused the last request for blocks; 0 if it did not.
  int blocks_refused() const { return blocks_ ? blocks_->refused() : 0; }
  /// Whether a write that failed with that code found the disk full. If only a part of a write had room, LMDB returns
  /// EIO, as for a broken disk.
  bool disk_is_full(int lmdb_code) const;

 private:
  MDB_env* const env_;
  std::unique_ptr<FileBlocks> blocks_;
};

}  // namespace tacit::store
