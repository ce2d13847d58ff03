// Counts the freed pages that a scrub has not overwritten yet.
#pragma once

#include <cstdint>

#include "store/lmdb/scrub/scrub_file.hpp"

namespace tacit::store {

class FreeListRows;
class ScrubMemory;

/// Counts the freed pages that may contain deleted data: all that are not zero and not LMDB's own, except for the rows
/// in `memory`, which may be null. Reads at most `most` pages, and counts the others as pages with data. One thread.
class PagesToScrub {
 public:
  PagesToScrub(const LmdbEnv& env, const ScrubMemory* memory, std::uint64_t most);

  /// Counts about that many further rows of the free list, in a short read transaction; a long row counts as several.
  /// False: the count is over.
  bool step(std::size_t rows);
  std::uint64_t found() const { return found_; }

 private:
  bool is_known(FreeListRows& list, std::size_t& spent);
  void count(const FreeListRows& list);

  const LmdbEnv& env_;
  const ScrubMemory* const memory_;
  const unsigned shift_;
  ScrubFile file_;
  const lmdb::PageNumber last_page_;
  std::uint64_t next_ = 0;     ///< the first transaction that was not counted
  std::uint64_t unknown_ = 0;  ///< up to this one: rows that are not in `memory`
  std::uint64_t may_read_;
  std::uint64_t found_ = 0;
};

/// In one step.
std::uint64_t pages_to_scrub(const LmdbEnv& env, const ScrubMemory* memory, std::uint64_t most);

}  // namespace tacit::store
