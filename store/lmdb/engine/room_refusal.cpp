#include "store/lmdb/engine/room_refusal.hpp"

#include <lmdb.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "crypto/text/size_text.hpp"
#include "store/lmdb/engine/commit_rehearsal.hpp"
#include "store/lmdb/engine/lmdb_engine.hpp"
#include "store/lmdb/engine/sync_errors.hpp"
#include "store/lmdb/environment/lmdb_errors.hpp"

namespace tacit::store {
namespace {

using crypto::mebibytes;

/// A quarter of a MiB: more than most commits add.
constexpr std::uint64_t pages_looked_for = 64;

/// Which reader pins pages, and what to do. This process's own readers end by themselves.
std::string pinned_by(std::uint64_t process) {
  if (process == static_cast<std::uint64_t>(::getpid())) {
    return " that this process pins with an older snapshot: wait until it has read it";
  }
  return " that process " + std::to_string(process) + " pins with an older snapshot: wait for it, or end it";
}

}  // namespace

MeasuredRoom LmdbEngine::measure() const {
  MeasuredRoom room;
  room.map = env_->room().map();
  room.disk = env_->room().disk(room.map);
  // If the disk gives no more blocks, only the free pages are left.
  if (room.disk.ahead && room.disk.wanted() > room.disk.taken) env_->room().count_reusable(room.map);
  room.disk.reusable = room.map.reusable;
  return room;
}

MeasuredRoom LmdbEngine::measure_by_figures() const {
  MeasuredRoom room;
  room.by_figures = true;
  room.map = env_->room().map(free_list_->pages());
  room.disk = env_->room().disk(room.map);
  return room;
}

bool LmdbEngine::allows(Growth growth, MeasuredRoom& room) const {
  if (room.allows(growth)) return true;
  if (growth != Growth::refuses || room.map.whole || room.by_figures || !room.disk.allows(growth)) return false;
  if (!room.whole) room.whole = env_->room().map(free_list_->pages());
  return room.whole->allows(growth);
}

bool LmdbEngine::has_room(Growth growth, MeasuredRoom& room) const {
  if (refusal_.forbids(growth)) return false;
  if (allows(growth, room)) return true;
  if (room.dead_cleared) return false;
  // Another thread may have cleared them after `room` was measured: what they pinned may be free.
  if (!clear_dead_readers(room) && room.map.pinned == 0) return false;
  const MeasuredRoom again = room.by_figures ? measure_by_figures() : measure();
  room.map = again.map;
  room.disk.reusable = again.disk.reusable;
  room.whole.reset();
  return allows(growth, room);
}

bool LmdbEngine::clear_dead_readers(MeasuredRoom& room) const {
  return !std::exchange(room.dead_cleared, true) && env_->clear_dead_readers();
}

bool LmdbEngine::condemns_sync(int code) {
  sync_failed_ = sync_error() != 0 && (has_synced_ || !is_want_of_room(code));
  return sync_failed_;
}

bool LmdbEngine::found_no_room(int& code) {
  if (sync_failed_ || code == MDB_SUCCESS) return false;
  // LMDB also returns EIO for a partial write. A further write shows whether that was the cause.
  if (code == EIO && !env_->is_dead()) {
    if (env_->room().disk_is_full(code)) {
      code = ENOSPC;
    } else {
      forget_sync_error();
      const int error = rehearse(pages_looked_for);
      if (is_want_of_room(error)) code = error;
      if (condemns_sync(error)) return false;
    }
  }
  return is_want_of_room(code) && !env_->is_dead();
}

int LmdbEngine::rehearse(std::uint64_t pages) const {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env_->handle(), nullptr, 0, &txn);
  if (code != MDB_SUCCESS) return code;
  code = rehearse_commit(txn, pages);
  mdb_txn_abort(txn);
  return code;
}

void LmdbEngine::look_for_room() {
  if (failed_.load(std::memory_order_relaxed) || env_->displaced()) return;
  forget_sync_error();
  const int code = rehearse(pages_looked_for);
  if (code == MDB_SUCCESS) {
    has_synced_ = true;
    return refusal_.lift();
  }
  if (condemns_sync(code) || !is_want_of_room(code)) return fail(code);
  if (refusal_.stands()) return refusal_.last();
  refusal_.stand(code, false);
}

std::optional<StandingRefusal::Clock::time_point> LmdbEngine::next_look() const {
  if (refusal_.stands()) return refusal_.next_look();
  return env_->room().blocks_refused() != 0 ? std::optional(next_take_) : std::nullopt;
}

std::optional<std::string> LmdbEngine::lacks_room(Growth growth, MeasuredRoom& room) const {
  if (has_room(growth, room)) return std::nullopt;
  const std::uint64_t page = env_->page_size();
  MeasuredRoom later = room;
  later.map = room.map.unpinned();
  later.disk.reusable = later.map.reusable;
  if (room.map.pinned > 0 && later.allows(growth)) {
    return "the store has " + mebibytes((room.map.allows(growth) ? room.disk.spare() : room.map.free_pages) * page) +
           " left, and " + mebibytes(room.map.pinned * page) + pinned_by(room.map.pinning_process);
  }
  if (refusal_.forbids(growth)) return disk_lacks_room(room);
  if (!room.map.allows(growth)) {
    return "the store's map of " + mebibytes(room.map.pages * page) + " has " + mebibytes(room.map.free_pages * page) +
           " left: start the servers with a larger map-size";
  }
  return disk_lacks_room(room);
}

std::string LmdbEngine::disk_lacks_room(const MeasuredRoom& room) const {
  const std::uint64_t page = env_->page_size();
  const std::string left = "the disk has " + mebibytes(room.disk.available * page) + " left";
  const std::string spare = mebibytes(room.disk.spare() * page);
  const int unwritten = refusal_.error();
  const int refused = unwritten != 0 ? unwritten : env_->room().blocks_refused();
  if (refused == 0) return left + ", and the store's file " + spare + ": make room on the disk";
  return left +
         (unwritten != 0 ? ", but the store's file could not be written ("
                         : ", but refuses blocks to the store's file, which has " + spare + " left (") +
         std::generic_category().message(refused) + "): make room on the disk, or raise the quota";
}

Room LmdbEngine::measure_for_people() const {
  MeasuredRoom measured = measure_by_figures();
  // There may have been no write since room became available again.
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
  const int refusal = refusal_.error();
  if (refusal != room_refusal_error_) room_measures_.reset();
  if (room_measures_.admit(now)) {
    room_refusal_error_ = refusal;
    room_ = measure_for_people();
  }
  return room_;
}

}  // namespace tacit::store
