#include "store/lmdb/environment/file_blocks.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

#include "store/lmdb/environment/lmdb_errors.hpp"

namespace tacit::store {

FileBlocks::FileBlocks(int file, std::uint64_t page_size, bool ahead)
    : file_(file), page_size_(page_size), ahead_(ahead) {
  if (ahead) allocate(size());
}

std::uint64_t FileBlocks::size() const {
  struct stat status {};
  if (::fstat(file_, &status) != 0 || status.st_size <= 0) return 0;
  return static_cast<std::uint64_t>(status.st_size) / page_size_;
}

void FileBlocks::allocate(std::uint64_t pages) {
  if (pages == 0) return;
  int result = 0;
  do {
    // Not posix_fallocate: without support it writes to every block, concurrently with commits.
    result = ::fallocate(file_, 0, 0, static_cast<off_t>(pages * page_size_));
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    if (errno == EOPNOTSUPP || errno == ENOSYS) ahead_.store(false, std::memory_order_relaxed);
    if (is_want_of_room(errno)) refused_.store(errno, std::memory_order_relaxed);
    return;
  }
  refused_.store(0, std::memory_order_relaxed);
  std::uint64_t before = pages_.load(std::memory_order_relaxed);
  while (before < pages && !pages_.compare_exchange_weak(before, pages, std::memory_order_relaxed)) {
  }
}

std::uint64_t FileBlocks::pages() {
  const std::uint64_t there = ahead() ? size() : 0;
  if (there > pages_.load(std::memory_order_relaxed)) allocate(there);
  return pages_.load(std::memory_order_relaxed);
}

void FileBlocks::take(std::uint64_t pages) {
  if (!ahead()) return;
  const std::uint64_t there = std::max(this->pages(), size());
  // At most half of the disk's free space: others use it too, and a failed call may keep a part of its blocks.
  const std::uint64_t more = pages > there ? std::min(pages - there, file_system().available / 2) : 0;
  if (more > 0) allocate(there + more);
}

FileSystemPages FileBlocks::file_system() const {
  struct statvfs status {};
  if (::fstatvfs(file_, &status) != 0) return {};
  const auto pages = [&](std::uint64_t blocks) { return blocks * status.f_frsize / page_size_; };
  return {pages(status.f_bavail), pages(status.f_blocks)};
}

}  // namespace tacit::store
