// Handles faults on a mapped file: instead of death by a signal, one line on standard error and exit code 1. SIGBUS:
// the file was cut off, or the disk cannot read a page, or has no room for a page of a sparse file. SIGSEGV, or a
// failed assertion in LMDB: a damaged page, or a fault of this program, led LMDB out of its map. The handler cannot
// distinguish these two, and the line says so.
//
// The process has to end, because LMDB cannot handle such an error and its work cannot continue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

struct MDB_env;

namespace tacit::store {

/// Registers maps of files with the signal handler; a map is found by its descriptor in this process. The handlers are
/// installed with the first map, and stay. Faults outside the maps are passed to the previous handler. Thread-safe.
class WatchedMaps {
 public:
  /// `environment` is open; the line calls its data file `name`.
  WatchedMaps(MDB_env* environment, const std::string& name);
  ~WatchedMaps();
  WatchedMaps(const WatchedMaps&) = delete;
  WatchedMaps& operator=(const WatchedMaps&) = delete;

 private:
  int slot_ = -1;
};

/// A prefix for later lines, such as the journal's priority (sd-daemon(3)); a literal. Any thread.
void begin_fault_lines_with(const char* prefix);

/// During its lifetime LMDB copies and changes pages on this thread: a fault at any address, or a heap found damaged,
/// is then attributed to the store. Several threads may have one at the same time.
class TrustedPages {
 public:
  TrustedPages();
  ~TrustedPages();
  TrustedPages(const TrustedPages&) = delete;
  TrustedPages& operator=(const TrustedPages&) = delete;
};

}  // namespace tacit::store
