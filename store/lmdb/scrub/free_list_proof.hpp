// Proves that the free list is right, before its pages are overwritten.
//
// LMDB trusts its free list, and opening a store checks only a part of a large one. Before its first scrub, the writer
// therefore walks over all pages of one snapshot (store/lmdb/pages/page_walk.hpp): the free list, then every tree, no
// page twice. If the walk finds a page that is free and in use, or a page that it cannot follow, this process never
// overwrites anything. Otherwise the result stays valid: LMDB itself makes every later state, and it frees only pages
// that it has replaced.
//
// The walk runs in slices, but on one snapshot, which pins the pages that are freed meanwhile until it ends, like a
// backup. Pieces on several snapshots would prove nothing, because a page may be freed and used again in between.
// A walk that takes too long is abandoned, and restarted after an equally long pause: its pages are then in the
// system's cache. Each attempt has twice the time of the one before, without a limit, and a larger share of a busy
// writer's time, so that the walk ends in a store of any size. An attempt is also abandoned as soon as the pinned pages
// are needed: before changes are refused for lack of room.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "store/lmdb/pages/page_walk.hpp"
#include "store/lmdb/pages/pinned_snapshot.hpp"

namespace tacit::store {

class LmdbEnv;

class FreeListProof {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Finding : std::uint8_t {
    open,     ///< not yet known
    sound,    ///< no page that is free is in use
    damaged,  ///< a free page is in use, or it is unknown whether one is
  };

  /// `most_held`: the time limit of the first attempt. `now`: the clock of limits and pauses.
  explicit FreeListProof(const LmdbEnv& env, Clock::duration most_held = std::chrono::minutes(1),
                         std::function<Clock::time_point()> now = Clock::now);
  ~FreeListProof();
  FreeListProof(const FreeListProof&) = delete;
  FreeListProof& operator=(const FreeListProof&) = delete;

  /// Continues until about that time of the steady clock.
  Finding step(Clock::time_point stop);
  Finding finding() const { return finding_; }
  /// The first damage that was found, in words: which page, and what is wrong with it. Empty if none was found.
  const std::string& damage() const { return damage_; }
  /// While the result is open: when to continue.
  Clock::time_point due() const { return due_; }

 private:
  /// A running walk.
  struct Attempt;

  void begin(Clock::time_point now);
  void end(std::string damage);
  void give_up(Clock::time_point now, bool for_room);
  /// Whether an attempt has to be abandoned because of the pages that it pins. Asks at most once a second.
  bool pins_cost_room(Clock::time_point now);

  const LmdbEnv& env_;
  const std::function<Clock::time_point()> now_;
  Finding finding_ = Finding::open;
  std::string damage_;
  Clock::duration most_held_;
  int busy_pause_;  ///< beside a busy writer: the pause after a slice, in lengths of the slice
  Clock::time_point due_ = Clock::time_point::min();
  Clock::time_point room_due_{};
  std::unique_ptr<Attempt> attempt_;
};

}  // namespace tacit::store
