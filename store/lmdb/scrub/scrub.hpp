// Gone means gone: overwrites what LMDB leaves of rows that were deleted or replaced.
//
// LMDB copies every page that it changes, and only lists the old one as free: what it held stays in the file until the
// page is used again, which may be never. One run of a Scrubber overwrites all that was freed before it began: a walk
// over the free list (store/lmdb/scrub/scrub_free.hpp); empty commits, if there are too few others, until nobody can
// reach what was freed last; that walk again. A run that takes in everything also walks over the pages in use
// (store/lmdb/scrub/scrub_live.hpp) and over the file's end, where a commit that was cut short may have written.
//
// It believes the free list: whoever begins it has seen by a walk over all pages that no free one is in use
// (store/lmdb/scrub/free_list_proof.hpp, KeylessStore::check_all).
//
// What it does not reach: what a file system that copies on write, an SSD, a snapshot or a backup has kept of the file.
//
// One thread at a time. Several processes may scrub one store: LMDB's write lock makes them take turns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "store/lmdb/scrub/scrub_free.hpp"
#include "store/lmdb/scrub/scrub_live.hpp"

namespace tacit::store {

struct ScrubReport {
  std::uint64_t pages = 0;    ///< overwritten
  std::uint64_t unclean = 0;  ///< places in pages in use that held bytes which belong to nothing: written again
  std::uint64_t left = 0;     ///< such places that were still there afterwards
  std::uint64_t commits = 0;  ///< of the run's own
  bool pinned = false;        ///< somebody looks at a snapshot that has pages which were freed since
  int error = 0;              ///< LMDB's code, or errno: the run was given up; 0: none

  /// Goes on with a later run over the same.
  void add(const ScrubReport& later) {
    pages += later.pages;
    unclean += later.unclean;
    left += later.left;
    commits += later.commits;
    pinned = later.pinned;
    error = later.error;
  }
  /// Whether nothing that was gone before the run began is left in the file.
  bool is_clean() const { return error == 0 && !pinned && left == 0; }
};

enum class ScrubExtent : std::uint8_t {
  freed,       ///< what was freed since a walk over the same rows of the free list
  file,        ///< all that is free, and what lies behind the last page in use
  everything,  ///< and the pages in use
};

class Scrubber {
 public:
  Scrubber(const LmdbEnv& env, ScrubMemory& memory);

  /// Begins a run.
  void begin(ScrubExtent extent);
  /// Goes on until about that time. Holds LMDB's write lock for a millisecond or two at most, but for the sync of the
  /// commits. False: the run is over.
  bool step(ScrubClock::time_point stop);
  bool is_running() const { return phase_ != Phase::idle; }
  ScrubExtent extent() const { return extent_; }
  /// Whether others have committed since the run began.
  bool is_behind() const;
  const ScrubReport& report() const { return report_; }
  /// Pages looked at in this run, and about how many there are to look at.
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
  /// Zeroes those of them that still lie behind the last page in use. 0, LMDB's code or errno.
  int zero_tail(std::vector<lmdb::PageNumber> pages);
  void give_up(int error);

  const LmdbEnv& env_;
  ScrubMemory& memory_;
  ScrubFile file_;
  Phase phase_ = Phase::idle;
  ScrubExtent extent_ = ScrubExtent::freed;
  std::uint64_t first_ = 0;  ///< the newest transaction when the run began
  std::uint64_t until_ = 0;  ///< the last transaction whose freed pages are looked at
  int scans_left_ = 0;       ///< of the pages in use
  int walks_left_ = 0;       ///< over the free list
  int refreshes_left_ = 0;   ///< of the free list
  int waits_left_ = 0;       ///< for readers: most are gone when one looks again
  bool stale_list_ = false;
  std::optional<LiveScan> live_;
  std::optional<FreeSweep> free_;
  lmdb::PageNumber tail_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  ScrubReport report_;
};

/// In a sentence, why a run over that data file was given up, and what to do.
std::string why_scrub_failed(int error, const std::filesystem::path& file);

/// A commit that changes no row: what the ones before it freed becomes free for use. LMDB's code.
int commit_nothing(const LmdbEnv& env);
/// A commit that takes the oldest rows of the free list apart, up to so many pages, and writes them again. LMDB's code.
int rewrite_free_list(const LmdbEnv& env, std::uint64_t pages);

}  // namespace tacit::store
