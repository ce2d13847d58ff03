// A separate process that holds the store's write lock and does not release it.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace tacit::test {

/// Holds the lock from the end of its construction until `let_go`.
class StoreLock {
 public:
  explicit StoreLock(const std::filesystem::path& store);
  ~StoreLock() { let_go(); }
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;
  /// Kills the process, as a crash would: the next writer takes the lock over.
  void let_go();

 private:
  pid_t pid_ = -1;
};

}  // namespace tacit::test
