// How far this process has come in a store's file, for whoever waits for it in another process: a disk that does not
// answer, or an endless loop, shows in that nothing is noted any more.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "store/engine/engine.hpp"

namespace tacit::store {

enum class FileWork : std::uint32_t {
  opening,   ///< or something else that takes no time by itself
  checking,  ///< pages, by store/lmdb/pages/page_walk.hpp
  reading,   ///< rows, page by page
  copying,   ///< bytes, of a backup
  waiting,   ///< for somebody else, such as who reads the output: no matter how long that takes
};

/// Numbers alone, so that it can lie in memory that is shared with a process which is not trusted.
struct Whereabouts {
  std::atomic<std::uint64_t> steps{0};  ///< grows with each that is noted
  std::atomic<std::uint64_t> at{0};     ///< page or byte
  std::atomic<std::uint64_t> rows{0};   ///< that were read from the table
  std::atomic<std::uint32_t> work{0};   ///< FileWork
  std::atomic<std::uint32_t> table{0};  ///< Table, counted from 1; 0: none
};

/// Has what is noted from now on kept there, which has to stay. Before other threads.
void keep_whereabouts_in(Whereabouts& there);

/// A few nanoseconds each. For one thread of a process at a time: another one's only mix in.
void note_work(FileWork work, std::uint64_t at = 0);
void note_table(Table table, std::uint64_t rows);
/// Goes on, wherever that is.
void note_step();

/// While there is one, this process waits for somebody else, and it is no matter how long.
class WaitsForOthers {
 public:
  WaitsForOthers();
  ~WaitsForOthers();
  WaitsForOthers(const WaitsForOthers&) = delete;
  WaitsForOthers& operator=(const WaitsForOthers&) = delete;

 private:
  const std::uint32_t before_;
};

/// In words that follow "it was", whatever the numbers are.
std::string words_of(const Whereabouts& there);

}  // namespace tacit::store
