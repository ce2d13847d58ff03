// Finds out that the free list tells the truth, before anybody overwrites the pages that it has.
//
// LMDB believes its free list, and what is checked when a store is opened is only a part of a large one. So before the
// writer scrubs for the first time, this walks over all pages of one snapshot (store/lmdb/pages/page_walk.hpp): the
// free list, then every tree, no page twice. If it meets a page that is free and in use, or anything behind which it
// cannot look, nothing is overwritten as long as this process runs. If not, it stays so: every state after that
// snapshot is of LMDB's own making, which frees only pages that it has replaced.
//
// The walk goes in slices, but on one snapshot, which keeps pages from use until it ends, like a backup does. One that
// takes too long is given up, and begun again after as long a pause, with twice the time: what was read is in the
// system's memory then.
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
    open,     ///< not known yet
    sound,    ///< no page that is free is in use
    damaged,  ///< one is, or it cannot be known
  };

  /// `most_held`: how long the first attempt may take.
  explicit FreeListProof(const LmdbEnv& env, Clock::duration most_held = std::chrono::minutes(1));
  ~FreeListProof();
  FreeListProof(const FreeListProof&) = delete;
  FreeListProof& operator=(const FreeListProof&) = delete;

  /// Goes on until about that time.
  Finding step(Clock::time_point stop);
  Finding finding() const { return finding_; }
  /// While it is open: when to go on.
  Clock::time_point due() const { return due_; }

 private:
  /// A walk under way.
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
