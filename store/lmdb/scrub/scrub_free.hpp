// Walks over LMDB's free list and overwrites unreachable pages with zeros.
//
// The walk first reads the pages without a lock. Pages that are not zero are then overwritten under LMDB's write lock,
// so that no process takes such a page meanwhile, after a second check that the page is still free and unreachable.
// Everything is derived from the file: a killed walk, or the same walk in another process, loses nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "store/lmdb/scrub/scrub_file.hpp"

namespace tacit::store {

/// Rows of the free list whose pages were all zero. LMDB splits such rows from the oldest on and writes the rest as
/// other rows, so an unchanged row still lists the same pages, and none of them was used since. Thread-safe.
class ScrubMemory {
 public:
  bool knows(std::uint64_t transaction, std::uint64_t fingerprint) const;
  void note(std::uint64_t transaction, std::uint64_t fingerprint);
  /// Forgets all rows but these.
  void keep(const std::set<std::uint64_t>& transactions);
  void clear();

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> rows_;
};

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

  /// Finds the next row to check, until about that time: after a long snapshot the list has very many rows that are
  /// already known. False if there is none.
  bool find_row(ScrubClock::time_point stop);
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
  std::set<std::uint64_t> seen_;
  std::uint64_t newest_ = 0;
  std::uint64_t oldest_reader_ = UINT64_MAX;
  std::uint64_t pages_before_ = 0;
  std::uint64_t done_ = 0;
  FreeSweepResult result_;
};

/// The number of freed pages that may contain deleted data: all that are not zero and not LMDB's own, except for rows
/// in `memory`. Reads at most `most` pages, and counts the others as pages with data.
std::uint64_t pages_to_scrub(const LmdbEnv& env, const ScrubMemory* memory, std::uint64_t most);

}  // namespace tacit::store
