// Proves that the free list is right, before its pages are overwritten.
//
// LMDB trusts its free list, and opening a store checks only a part of a large one. Before its first scrub, the writer
// therefore walks over all pages of one snapshot (store/lmdb/pages/page_walk.hpp): the free list, then every tree, no
// page twice. If the walk finds a page that is free and in use, or a page that it cannot follow, this process never
// overwrites anything. Otherwise the result stays valid: LMDB itself makes every later state, and it frees only pages
// that it has replaced.
//
// The walk runs in slices, but on one snapshot, which pins pages until it ends, like a backup. A walk that takes too
// long is abandoned, and restarted after an equally long pause, with twice the time, up to 16 minutes: its pages are
// then in the system's cache.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

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

  /// `most_held`: the time limit of the first attempt.
  explicit FreeListProof(const LmdbEnv& env, Clock::duration most_held = std::chrono::minutes(1));
  ~FreeListProof();
  FreeListProof(const FreeListProof&) = delete;
  FreeListProof& operator=(const FreeListProof&) = delete;

  /// Continues until about that time.
  Finding step(Clock::time_point stop);
  Finding finding() const { return finding_; }
  /// While the result is open: when to continue.
  Clock::time_point due() const { return due_; }

 private:
  /// A running walk.
  struct Attempt;

  void begin(Clock::time_point now);
  void end(Finding finding);

  const LmdbEnv& env_;
  Finding finding_ = Finding::open;
  Clock::duration most_held_;
  Clock::time_point due_ = Clock::time_point::min();
  std::unique_ptr<Attempt> attempt_;
};

}  // namespace tacit::store
