// What becomes of a look at a mapped file that cannot be had: instead of a death by signal, one line on standard error
// and exit code 1. The file was cut off, the disk cannot read a page of it or has no room for one of a sparse file
// (SIGBUS); or a damaged page, or a fault of this program, led LMDB out of its map (SIGSEGV) or into one of its
// assertions. Which of the two it was is not known then, and the line says so.
//
// The process ends all the same: whatever was under way cannot go on, for LMDB knows no such error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

struct MDB_env;

namespace tacit::store {

/// Maps of files, found by their descriptor among those of this process, and known to the signals' handler from then
/// on. The handlers are installed with the first one, and stay. Faults that have nothing to do with a map go on to
/// whatever handled them before. Thread-safe.
class WatchedMaps {
 public:
  /// `environment` is open; its data file is called `name` in the line.
  WatchedMaps(MDB_env* environment, const std::string& name);
  ~WatchedMaps();
  WatchedMaps(const WatchedMaps&) = delete;
  WatchedMaps& operator=(const WatchedMaps&) = delete;

 private:
  int slot_ = -1;
};

/// What the lines begin with from now on, such as the journal's priority (sd-daemon(3)); a literal. Any thread.
void begin_fault_lines_with(const char* prefix);

/// While a thread has one, LMDB copies and changes pages on it: a fault wherever, or a heap that is found damaged, is
/// then taken for the store's. Other threads may do so at the same time.
class TrustedPages {
 public:
  TrustedPages();
  ~TrustedPages();
  TrustedPages(const TrustedPages&) = delete;
  TrustedPages& operator=(const TrustedPages&) = delete;
};

}  // namespace tacit::store
