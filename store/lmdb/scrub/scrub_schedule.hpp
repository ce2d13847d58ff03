// When the writer thread scrubs, and what others are told of it.
//
// Some time after a commit, of whichever process, a run over what was freed begins (store/lmdb/scrub/scrub.hpp). The
// first one, and the one after a commit that failed or a process that died, takes in all that is free: pages may have
// been written then that no list shows as new. So does one an hour, for who died may have been cleared away by others.
// In the time between runs a process looks once through the pages in use (store/lmdb/scrub/scrub_live.hpp).
//
// None of this begins before all pages were looked at for one that is free and in use
// (store/lmdb/scrub/free_list_proof.hpp): if there is one, nothing is overwritten, and what waits goes on to wait.
//
// All of it is taken in slices with pauses between them, so that it has a small share of the thread and of the write
// lock.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "store/lmdb/scrub/free_list_proof.hpp"
#include "store/lmdb/scrub/scrub.hpp"

namespace tacit::store {

/// What a process knows of its own scrubbing.
struct ScrubFigures {
  std::uint64_t runs = 0;   ///< that ended
  std::uint64_t pages = 0;  ///< overwritten
  /// Since when what was freed may wait to be overwritten; 0 if nothing does.
  std::chrono::seconds waiting{};
};

class ScrubSchedule {
 public:
  /// `within`: how long after a commit what it freed is overwritten, if nobody looks at it; 0: never.
  ScrubSchedule(const LmdbEnv& env, std::chrono::milliseconds within, ScrubClock::time_point now);

  /// When `run` wants to be called next; time_point::max() if never.
  ScrubClock::time_point due() const { return due_; }
  /// One slice, if it is due. LMDB's code or errno; 0 if all is well. Writer thread.
  int run(ScrubClock::time_point now);
  /// Leaves a slice out. 0.
  int postpone(ScrubClock::time_point now);
  /// Pages may have been written that no list shows as new: the next run takes in all that is free. Writer thread.
  void distrust() { next_ = std::max(next_, ScrubExtent::file); }

  /// Any thread.
  ScrubFigures figures(ScrubClock::time_point now) const;
  const ScrubMemory& memory() const { return memory_; }

 private:
  void prove(ScrubClock::time_point now);
  int step_run(ScrubClock::time_point stop);
  int step_live(ScrubClock::time_point stop);
  void set_due(ScrubClock::time_point began, ScrubClock::time_point ended);
  bool begins(ScrubClock::time_point now);
  bool is_needed(ScrubClock::time_point now);
  int finish(ScrubClock::time_point now);

  const LmdbEnv& env_;
  FreeListProof proof_;
  const ScrubClock::duration look_;  ///< between looks at whether there was a commit
  ScrubMemory memory_;
  Scrubber scrubber_;
  ScrubFile live_file_;
  std::optional<LiveScan> live_;
  int scans_left_ = 2;  ///< of the pages in use: what the first one writes again, the second one looks at
  ScrubClock::time_point due_;
  ScrubClock::time_point look_at_;  ///< when the next run may begin
  ScrubClock::time_point began_;
  ScrubExtent next_ = ScrubExtent::file;
  bool again_ = true;         ///< a run is needed, whether there was a commit or not
  std::uint64_t newest_ = 0;  ///< as of when all that was freed is overwritten
  ScrubClock::time_point forget_at_;

  std::atomic<std::uint64_t> runs_{0};
  std::atomic<std::uint64_t> pages_{0};
  std::atomic<ScrubClock::duration> waiting_since_;  ///< of the steady clock; zero: nothing waits
};

}  // namespace tacit::store
