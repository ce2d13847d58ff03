// How much room the embedded engine has for what it is asked to keep, and what it says of that to people.
#include <algorithm>
#include <chrono>
#include <utility>

#include "store/lmdb_engine.hpp"

namespace tacit::store {
namespace {

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

LmdbEngine::Measured LmdbEngine::measure() const {
  Measured room;
  room.map = env_->room();
  room.disk = env_->disk_room(room.map);
  // Where the disk gives no more, the pages that are free again are all there is.
  if (room.disk.ahead && room.disk.wanted() > room.disk.taken) env_->count_reusable(room.map);
  room.disk.reusable = room.map.reusable;
  return room;
}

bool LmdbEngine::has_room(Growth growth, Measured& room) const {
  const auto allowed = [&] { return room.map.allows(growth) && room.disk.allows(growth); };
  const auto count = [&] {
    env_->count_reusable(room.map);
    room.disk.reusable = room.map.reusable;
  };
  if (allowed()) return true;
  if (!room.map.counted) {
    count();
    if (allowed()) return true;
  }
  if (!clear_dead_readers(room)) return false;
  room.map = env_->room();
  count();
  return allowed();
}

bool LmdbEngine::clear_dead_readers(Measured& room) const {
  return !std::exchange(room.dead_cleared, true) && env_->clear_dead_readers();
}

std::optional<std::string> LmdbEngine::lacks_room(Growth growth, Measured& room) const {
  if (has_room(growth, room)) return std::nullopt;
  const std::uint64_t page = env_->page_size();
  Measured later = room;
  later.map = room.map.unpinned();
  later.disk.reusable = later.map.reusable;
  if (room.map.pinned > 0 && later.map.allows(growth) && later.disk.allows(growth)) {
    return "the store has " + mebibytes((room.map.allows(growth) ? room.disk.spare() : room.map.free_pages) * page) +
           " left, and " + mebibytes(room.map.pinned * page) + " that process " +
           std::to_string(room.map.pinning_process) +
           " keeps from use as long as it reads an older state: wait for it, or end it";
  }
  if (!room.map.allows(growth)) {
    return "the store's map of " + mebibytes(room.map.pages * page) + " has " + mebibytes(room.map.free_pages * page) +
           " left: start the servers with a larger map-size";
  }
  return "the disk has " + mebibytes(room.disk.available * page) + " left, and the store's file " +
         mebibytes(room.disk.spare() * page) + ": make room on the disk";
}

Room LmdbEngine::measure_for_people() const {
  Measured measured = measure();
  // Nobody may have written since there was room again.
  measured.disk = measured.disk.after_taking();
  Room room;
  room.warning = lacks_room(Growth::refuses, measured);
  room.growth_refused = lacks_room(Growth::grows, measured);
  room.logging_refused = lacks_room(Growth::logs, measured);
  const std::uint64_t page = env_->page_size();
  room.map_bytes = measured.map.pages * page;
  room.map_free_bytes = measured.map.free_pages * page;
  room.disk_bytes = (measured.disk.spare() + measured.disk.available) * page;
  return room;
}

Room LmdbEngine::room() const {
  const std::lock_guard lock(room_mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (room_measured_ == room_measured_.min() || now - room_measured_ >= std::chrono::seconds(1)) {
    room_ = measure_for_people();
    room_measured_ = now;
  }
  return room_;
}

}  // namespace tacit::store
