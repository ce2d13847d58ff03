// Overwrites the data of deleted and replaced rows that LMDB leaves in the file.
//
// LMDB copies every page that it changes, and only lists the old one as free: its content stays in the file until the
// page is reused, which may be never. One run of a Scrubber overwrites everything that was freed before it began: a
// walk over the free list (store/lmdb/scrub/scrub_free.hpp); empty commits, if there are too few others, until the last
// freed pages are unreachable; the walk again. A full run also walks over the pages in use
// (store/lmdb/scrub/scrub_live.hpp) and over the end of the file, where an interrupted commit may have written.
//
// It trusts the free list: the caller has verified by a walk over all pages that no free page is in use
// (store/lmdb/scrub/free_list_proof.hpp, KeylessStore::check_all).
//
// Out of reach: copies of the file in a copy-on-write file system, an SSD, a snapshot or a backup.
//
// One thread at a time. Several processes may scrub one store: LMDB's write lock serialises them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "store/lmdb/scrub/scrub_free.hpp"
#include "store/lmdb/scrub/scrub_live.hpp"
#include "store/lmdb/scrub/scrub_memory.hpp"

namespace tacit::store {

struct ScrubReport {
  std::uint64_t pages = 0;    ///< overwritten
  std::uint64_t unclean = 0;  ///< places in used pages with unused bytes: rewritten
  std::uint64_t left = 0;     ///< such places that were still there after the run
  std::uint64_t commits = 0;  ///< commits of the run itself
  bool pinned = false;        ///< a reader uses a snapshot with pages that were freed since
  int error = 0;              ///< LMDB's code, or errno: the run was abandoned; 0: none

  /// Adds the report of a later run over the same data.
  void add(const ScrubReport& later) {
    pages += later.pages;
    unclean += later.unclean;
    left += later.left;
    commits += later.commits;
    pinned = later.pinned;
    error = later.error;
  }
  /// Whether the file contains no data that was gone before the run began.
  bool is_clean() const { return error == 0 && !pinned && left == 0; }
};

enum class ScrubExtent : std::uint8_t {
  freed,       ///< pages freed since a walk over the same rows of the free list
  file,        ///< all free pages, and the file after the last page in use
  everything,  ///< these and the pages in use
};

class Scrubber {
 public:
  Scrubber(const LmdbEnv& env, ScrubMemory& memory);

  /// Begins a run.
  void begin(ScrubExtent extent);
  /// Continues until about that time. Holds LMDB's write lock for a millisecond or two at most, except for the sync of
  /// the commits. False: the run is over.
  bool step(ScrubClock::time_point stop);
  bool is_running() const { return phase_ != Phase::idle; }
  ScrubExtent extent() const { return extent_; }
  /// Whether another writer has committed since the run began.
  bool is_behind() const;
  const ScrubReport& report() const { return report_; }
  /// The number of pages checked in this run, and the approximate total.
  std::uint64_t done() const;
  std::uint64_t total() const { return total_; }

 private:
  enum class Phase : std::uint8_t { idle, live, tail, commit, free, refresh, sync };

  void start_live();
  void start_tail();
  void start_free();
  void step_live(ScrubClock::time_point stop);
  void step_tail(ScrubClock::time_point stop);
  void step_commit();
  void step_free(ScrubClock::time_point stop);
  void step_refresh();
  void step_sync();
  Phase phase_after(const FreeSweepResult& result);
  /// Zeroes those of the pages that are still after the last page in use. 0, LMDB's code or errno.
  int zero_tail(std::vector<lmdb::PageNumber> pages);
  void give_up(int error);

  const LmdbEnv& env_;
  ScrubMemory& memory_;
  ScrubFile file_;
  Phase phase_ = Phase::idle;
  ScrubExtent extent_ = ScrubExtent::freed;
  std::uint64_t first_ = 0;  ///< the newest transaction when the run began
  std::uint64_t until_ = 0;  ///< the last transaction whose freed pages are checked
  int scans_left_ = 0;       ///< of the pages in use
  int walks_left_ = 0;       ///< over the free list
  int refreshes_left_ = 0;   ///< of the free list
  int waits_left_ = 0;       ///< for readers: most have ended by the next check
  bool stale_list_ = false;
  std::optional<LiveScan> live_;
  std::optional<FreeSweep> free_;
  lmdb::PageNumber tail_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  ScrubReport report_;
};

/// Why a run over that data file was abandoned, and what to do, in a sentence.
std::string why_scrub_failed(int error, const std::filesystem::path& file);

/// A commit without a change: the pages that earlier commits freed become reusable. LMDB's code.
int commit_nothing(const LmdbEnv& env);
/// A commit that rewrites the oldest rows of the free list, up to that many pages. LMDB's code.
int rewrite_free_list(const LmdbEnv& env, std::uint64_t pages);

}  // namespace tacit::store
