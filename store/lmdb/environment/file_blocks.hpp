// The blocks on the disk that a store's file has: taken ahead of use, so that no commit finds the disk full.
#pragma once

#include <atomic>
#include <cstdint>

namespace tacit::store {

/// What a file system has, in pages of the store.
struct FileSystemPages {
  std::uint64_t available = 0;  ///< to this user
  std::uint64_t whole = 0;
};

/// Thread-safe. Several processes may take for one file.
class FileBlocks {
 public:
  /// Gives every page that the file has a block: LMDB leaves holes where it freed a page before it was ever written.
  /// That a file system cannot do so, or has no room for it, is told by `ahead` and `pages`. Unless `ahead`, nothing is
  /// taken.
  FileBlocks(int file, std::uint64_t page_size, bool ahead);

  /// Whether the file system takes blocks ahead of use and keeps them. Some that copy on write promise less; none does
  /// on NFS.
  bool ahead() const { return ahead_.load(std::memory_order_relaxed); }
  /// How many of the file's first pages have blocks, with those that another process has taken.
  std::uint64_t pages();
  /// Why the file system gave nothing more when it was asked last, though it knows how to: an error that says that
  /// there is no room, perhaps for this user alone. 0 if it gave.
  int refused() const { return refused_.load(std::memory_order_relaxed); }
  /// Takes blocks for that many, or for as many as half of what the disk has left gives.
  void take(std::uint64_t pages);
  FileSystemPages file_system() const;

 private:
  /// The pages that the file has, with blocks or without.
  std::uint64_t size() const;
  void allocate(std::uint64_t pages);

  const int file_;
  const std::uint64_t page_size_;
  std::atomic<bool> ahead_;
  std::atomic<int> refused_{0};
  std::atomic<std::uint64_t> pages_{0};
};

}  // namespace tacit::store
