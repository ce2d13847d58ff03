// The disk blocks of a store's file, allocated ahead of use, so that no commit finds the disk full.
#pragma once

#include <atomic>
#include <cstdint>

namespace tacit::store {

/// The size of a file system, in pages of the store.
struct FileSystemPages {
  std::uint64_t available = 0;  ///< to this user
  std::uint64_t whole = 0;
};

/// Thread-safe. Several processes may allocate for one file.
class FileBlocks {
 public:
  /// Gives a block to every page of the file: LMDB leaves holes where it freed a page before it was ever written. If
  /// the file system cannot do that, or has no room, `ahead` and `pages` report it. If `ahead` is false, allocates
  /// nothing.
  FileBlocks(int file, std::uint64_t page_size, bool ahead);

  /// Whether the file system allocates blocks ahead of use and keeps them. Some copy-on-write file systems promise
  /// less; NFS does not do it.
  bool ahead() const { return ahead_.load(std::memory_order_relaxed); }
  /// How many of the file's first pages have blocks, including those that other processes allocated.
  std::uint64_t pages();
  /// Why the file system refused the last request for blocks, although it supports them: an error for a lack of room,
  /// perhaps for this user alone. 0 if it did not refuse.
  int refused() const { return refused_.load(std::memory_order_relaxed); }
  /// Allocates blocks for that many pages, or for as many as half of the disk's free space holds.
  void take(std::uint64_t pages);
  FileSystemPages file_system() const;

 private:
  /// The number of pages in the file, with or without blocks.
  std::uint64_t size() const;
  void allocate(std::uint64_t pages);

  const int file_;
  const std::uint64_t page_size_;
  std::atomic<bool> ahead_;
  std::atomic<int> refused_{0};
  std::atomic<std::uint64_t> pages_{0};
};

}  // namespace tacit::store
