// Schedules scrubbing on the writer thread, and reports its figures.
//
// Some time after a commit by any process, a run over the freed pages begins (store/lmdb/scrub/scrub.hpp). The first
// run, and the run after a failed commit or a dead process, covers all free pages: pages may have been written that no
// list shows as new. One run per hour does the same, because another process may have cleared the slot of a dead one.
// Between runs a process checks the pages in use once (store/lmdb/scrub/scrub_live.hpp).
//
// None of this begins before a check of all pages for one that is free and in use
// (store/lmdb/scrub/free_list_proof.hpp): if there is one, nothing is overwritten, freed pages keep waiting, and the
// damage is reported.
//
// All work runs in slices with pauses between them, so it takes a small share of the thread and of the write lock.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "store/lmdb/scrub/free_list_proof.hpp"
#include "store/lmdb/scrub/scrub.hpp"

namespace tacit::store {

/// A process's figures of its own scrubbing.
struct ScrubFigures {
  std::uint64_t runs = 0;   ///< finished runs
  std::uint64_t pages = 0;  ///< overwritten
  /// How long freed pages may have been waiting; 0 if none is.
  std::chrono::seconds waiting{};
};

class ScrubSchedule {
 public:
  /// `within`: how long after a commit its freed pages are overwritten, unless a reader uses them; 0: never.
  /// `on_damage` receives the first damage that stops this, in words; called at most once, by `run`.
  ScrubSchedule(const LmdbEnv& env, std::chrono::milliseconds within, ScrubClock::time_point now,
                std::function<void(const std::string& where)> on_damage = {});

  /// When to call `run` next; time_point::max(): never.
  ScrubClock::time_point due() const { return due_; }
  /// Runs one slice, if it is due. LMDB's code or errno; 0 on success. Writer thread.
  int run(ScrubClock::time_point now);
  /// Skips a slice. Returns 0.
  int postpone(ScrubClock::time_point now);
  /// Pages may have been written that no list shows as new: the next run covers all free pages. Writer thread.
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
  void report_damage(const std::string& where);

  const LmdbEnv& env_;
  std::function<void(const std::string&)> on_damage_;
  FreeListProof proof_;
  const ScrubClock::duration look_;  ///< between checks for a commit
  ScrubMemory memory_;
  Scrubber scrubber_;
  ScrubFile live_file_;
  std::optional<LiveScan> live_;
  int scans_left_ = 2;  ///< of the pages in use: the second one checks what the first one rewrote
  ScrubClock::time_point due_;
  ScrubClock::time_point look_at_;  ///< when the next run may begin
  ScrubClock::time_point began_;
  ScrubExtent next_ = ScrubExtent::file;
  bool again_ = true;         ///< a run is needed, with or without a commit
  std::uint64_t newest_ = 0;  ///< everything freed before it is overwritten
  ScrubClock::time_point forget_at_;

  std::atomic<std::uint64_t> runs_{0};
  std::atomic<std::uint64_t> pages_{0};
  std::atomic<ScrubClock::duration> waiting_since_;  ///< of the steady clock; zero: nothing waits
};

}  // namespace tacit::store
