#include "store/lmdb/environment/env_room.hpp"

#include <cerrno>

#include "store/lmdb/environment/high_water_mark.hpp"

namespace tacit::store {
namespace {

/// Without the free list.
MapRoom measure(MDB_env* env) {
  const HighWaterMark mark = high_water_mark(env);
  MapRoom room;
  room.pages = mark.map;
  room.touched = mark.touched;
  room.free_pages = room.pages > room.touched ? room.pages - room.touched : 0;
  return room;
}

void add(MapRoom& room, const FreePages& pages) {
  room.reusable = pages.reusable;
  room.free_pages += pages.reusable;
  room.pinned = pages.pinned;
  room.pinning_process = pages.pinning_process;
  room.counted = true;
  room.whole = pages.whole;
}

}  // namespace

void EnvRoom::reserve_ahead(int file, std::uint64_t page_size, bool ahead) {
  blocks_ = std::make_unique<FileBlocks>(file, page_size, ahead);
}

MapRoom EnvRoom::map() const {
  MapRoom room = measure(env_);
  if (!room.ample()) count_reusable(room);
  return room;
}

MapRoom EnvRoom::map(const FreePages& pages) const {
  MapRoom room = measure(env_);
  add(room, pages);
  return room;
}

void EnvRoom::count_reusable(MapRoom& room) const {
  if (room.counted) return;
  add(room, free_pages(env_, {.reusable = MapRoom::enough_reusable, .pinned = MapRoom::enough_pinned}));
}

DiskRoom EnvRoom::disk(const MapRoom& map) const {
  DiskRoom disk;
  disk.map = map.pages;
  disk.touched = map.touched;
  disk.reusable = map.reusable;
  if (!blocks_) return disk;
  const FileSystemPages pages = blocks_->file_system();
  disk.ahead = blocks_->ahead();
  disk.taken = blocks_->pages();
  disk.available = pages.available;
  disk.whole = pages.whole;
  disk.refused = blocks_->refused() != 0 && disk.wanted() > disk.taken;
  return disk;
}

void EnvRoom::take_blocks() {
  if (!blocks_ || !blocks_->ahead()) return;
  const HighWaterMark mark = high_water_mark(env_);
  DiskRoom disk;
  disk.map = mark.map;
  disk.touched = mark.touched;
  disk.taken = blocks_->pages();
  if (disk.wanted() > disk.taken) blocks_->take(disk.wanted());
}

bool EnvRoom::disk_is_full(int lmdb_code) const {
  constexpr std::uint64_t next_to_none = 256;  // pages: more than LMDB writes at once
  return lmdb_code == EIO && blocks_ && blocks_->file_system().available < next_to_none;
}

}  // namespace tacit::store
