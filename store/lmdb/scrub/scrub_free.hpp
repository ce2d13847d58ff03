// A walk over LMDB's free list that overwrites, with zeros, the pages that nobody reaches any more.
//
// What is there is read first, without any lock; what is not zero is then overwritten under LMDB's write lock, so that
// no process takes such a page meanwhile, after another look at whether it is still free and unreachable. Everything is
// derived from the file: who is killed in the middle, or has another process do the same, loses nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "store/lmdb/scrub/scrub_file.hpp"

namespace tacit::store {

/// Rows of the free list whose pages were all found zero. LMDB takes such rows apart from the oldest on and writes what
/// is left of them as other rows, so one that is as it was still lists the same pages, and none was used since.
/// Thread-safe.
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

/// What a walk found.
struct FreeSweepResult {
  std::uint64_t zeroed = 0;        ///< pages
  bool waits_for_commits = false;  ///< pages that hold something are free, but too newly
  bool waits_for_readers = false;  ///< likewise, but somebody looks at an older snapshot
  bool stale_list = false;         ///< the free list itself holds bytes that belong to nothing
  std::uint64_t before_stale = 0;  ///< pages in the rows up to the last such one
  int error = 0;                   ///< LMDB's code, or errno; 0: none
};

class FreeSweep {
 public:
  /// Looks at what was freed up to transaction `until`.
  FreeSweep(const LmdbEnv& env, ScrubFile& file, ScrubMemory& memory, std::uint64_t until);

  /// Goes on until about that time. False: the walk is over, or failed.
  bool step(ScrubClock::time_point stop);
  const FreeSweepResult& result() const { return result_; }
  /// Pages looked at.
  std::uint64_t done() const { return done_; }

 private:
  /// A row as it was read.
  struct Row {
    std::uint64_t transaction = 0;
    std::uint64_t fingerprint = 0;
    std::vector<lmdb::PageNumber> pages;
  };

  /// Finds the next row that has to be looked at. False if there is none.
  bool find_row();
  /// Looks at pages of the row at hand.
  void look(ScrubClock::time_point stop);
  void look_for_what_waits();
  /// Overwrites what was found, if it may be.
  void overwrite();
  bool fail(int code);

  const LmdbEnv& env_;
  ScrubFile& file_;
  ScrubMemory& memory_;
  const std::uint64_t until_;
  std::uint64_t next_ = 0;  ///< the first transaction that was not looked at
  bool has_row_ = false;
  Row row_;
  std::size_t at_ = 0;  ///< in its pages
  std::vector<lmdb::PageNumber> used_;
  std::set<std::uint64_t> seen_;
  std::uint64_t newest_ = 0;
  std::uint64_t oldest_reader_ = UINT64_MAX;
  std::uint64_t pages_before_ = 0;
  std::uint64_t done_ = 0;
  FreeSweepResult result_;
};

/// How many freed pages hold what may be gone: all that are not zero and not LMDB's own, but for rows that `memory`
/// knows. Reads at most `most` pages, and takes the others for used ones.
std::uint64_t pages_to_scrub(const LmdbEnv& env, const ScrubMemory* memory, std::uint64_t most);

}  // namespace tacit::store
