// Walks over LMDB's free list and overwrites unreachable pages with zeros.
//
// The walk first reads the pages without a lock. Pages that are not zero are then overwritten under LMDB's write lock,
// so that no process takes such a page meanwhile, after a second check that the page is still free and unreachable.
// Everything is derived from the file: a killed walk, or the same walk in another process, loses nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "store/lmdb/scrub/free_list_rows.hpp"
#include "store/lmdb/scrub/scrub_file.hpp"

namespace tacit::store {

class ScrubMemory;

using ScrubClock = std::chrono::steady_clock;

/// The findings of a walk.
struct FreeSweepResult {
  std::uint64_t zeroed = 0;        ///< pages
  bool waits_for_commits = false;  ///< pages with data were freed too recently
  bool waits_for_readers = false;  ///< likewise, but a reader uses an older snapshot
  bool stale_list = false;         ///< the free list itself contains unused bytes
  std::uint64_t before_stale = 0;  ///< pages in the rows up to the last such row
  int error = 0;                   ///< LMDB's code, or errno; 0: none
};

class FreeSweep {
 public:
  /// Checks pages that were freed up to transaction `until`.
  FreeSweep(const LmdbEnv& env, ScrubFile& file, ScrubMemory& memory, std::uint64_t until);

  /// Continues until about that time. False: the walk is over, or failed.
  bool step(ScrubClock::time_point stop);
  const FreeSweepResult& result() const { return result_; }
  /// The number of pages checked.
  std::uint64_t done() const { return done_; }

 private:
  /// A row of the free list as read.
  struct Row {
    std::uint64_t transaction = 0;
    std::uint64_t fingerprint = 0;
    std::vector<lmdb::PageNumber> pages;
  };

  /// What was found of the present stretch.
  struct Checked {
    std::uint64_t end = 0;  ///< the first transaction after it; 0: there is none
    bool clean = true;      ///< all pages were or became zero
    Stretch rows;
  };

  /// Finds the next row to check, until about that time: after a long snapshot the list has very many rows that are
  /// already known. False if there is none.
  bool find_row(ScrubClock::time_point stop);
  /// Begins the stretch at the list's position. True: it was already known, and the list is after it.
  bool pass_stretch(FreeListRows& list, std::size_t& passed);
  void end_stretch();
  /// The pages of the present row are zero.
  void end_row();
  /// Checks pages of the present row.
  void look(ScrubClock::time_point stop);
  void look_for_what_waits();
  /// Overwrites the pages found, if that is permitted.
  void overwrite();
  bool fail(int code);

  const LmdbEnv& env_;
  ScrubFile& file_;
  ScrubMemory& memory_;
  const std::uint64_t until_;
  std::uint64_t next_ = 0;  ///< the first transaction that was not checked
  bool has_row_ = false;
  Row row_;
  std::size_t at_ = 0;  ///< index into its pages
  std::vector<lmdb::PageNumber> used_;
  Checked stretch_;
  std::uint64_t newest_ = 0;
  std::uint64_t oldest_reader_ = UINT64_MAX;
  std::uint64_t pages_before_ = 0;
  std::uint64_t done_ = 0;
  FreeSweepResult result_;
};

}  // namespace tacit::store
