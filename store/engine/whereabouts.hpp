// This process's progress in a store's file, for a process that waits for it. A disk that does not answer, or an
// endless loop, shows as a lack of progress.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "store/engine/engine.hpp"

namespace tacit::store {

enum class FileWork : std::uint32_t {
  opening,   ///< or another step that takes no time of its own
  checking,  ///< pages, by store/lmdb/pages/page_walk.hpp
  reading,   ///< rows, page by page
  copying,   ///< bytes, of a backup
  waiting,   ///< for another process, such as the reader of the output: for an unlimited time
};

/// Only numbers, so that it can lie in memory shared with an untrusted process.
struct Whereabouts {
  std::atomic<std::uint64_t> steps{0};  ///< incremented by each note
  std::atomic<std::uint64_t> at{0};     ///< page or byte
  std::atomic<std::uint64_t> rows{0};   ///< rows read from the table
  std::atomic<std::uint32_t> work{0};   ///< FileWork
  std::atomic<std::uint32_t> table{0};  ///< Table, counted from 1; 0: none
};

/// Writes later notes to `there`, which must not be destroyed. Call before other threads start.
void keep_whereabouts_in(Whereabouts& there);

/// Cost a few nanoseconds each. For one thread of a process at a time; notes of a second thread would mix in.
void note_work(FileWork work, std::uint64_t at = 0);
void note_table(Table table, std::uint64_t rows);
/// Notes progress at the same place.
void note_step();

/// While one exists, this process waits for another process, for an unlimited time.
class WaitsForOthers {
 public:
  WaitsForOthers();
  ~WaitsForOthers();
  WaitsForOthers(const WaitsForOthers&) = delete;
  WaitsForOthers& operator=(const WaitsForOthers&) = delete;

 private:
  const std::uint32_t before_;
};

/// Words that follow "it was", for any values of the numbers.
std::string words_of(const Whereabouts& there);

}  // namespace tacit::store
