// A separate process that has the store open through LMDB alone.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace tacit::test {

/// Holds the store from the end of its construction until `end`.
class StoreHolder {
 public:
  enum class Holds : bool {
    reader_slot,  ///< as a process of an older version: other processes see only its LMDB locks
    write_lock    ///< as a writer that does not continue
  };
  StoreHolder(const std::filesystem::path& store, Holds what);
  ~StoreHolder() { end(); }
  StoreHolder(const StoreHolder&) = delete;
  StoreHolder& operator=(const StoreHolder&) = delete;
  /// Kills the process, as a crash would: the next writer takes the lock over.
  void end();

 private:
  pid_t pid_ = -1;
};

}  // namespace tacit::test
