#include "store/file_blocks.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>

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

bool FileBlocks::allocate(std::uint64_t pages) {
  if (pages == 0) return false;
  int result = 0;
  do {
    // Not posix_fallocate: where this is not supported it writes to every block, beside commits that do the same.
    result = ::fallocate(file_, 0, 0, static_cast<off_t>(pages * page_size_));
  } while (result != 0 && errno == EINTR);
  if (result == 0) {
    pages_.store(pages, std::memory_order_relaxed);
    return true;
  }
  if (errno == EOPNOTSUPP || errno == ENOSYS) ahead_.store(false, std::memory_order_relaxed);
  return false;
}

void FileBlocks::take(std::uint64_t pages) {
  if (!ahead()) return;
  // Another process may have taken some for this file.
  const std::uint64_t there = size();
  if (there > this->pages()) allocate(there);
  if (pages <= this->pages()) return;
  // A call that fails may leave what it had taken by then: the last blocks of a disk that others use, too.
  if (pages > there && file_system().available > pages - there) allocate(pages);
}

FileSystemPages FileBlocks::file_system() const {
  struct statvfs status {};
  if (::fstatvfs(file_, &status) != 0) return {};
  const auto pages = [&](std::uint64_t blocks) { return blocks * status.f_frsize / page_size_; };
  return {pages(status.f_bavail), pages(status.f_blocks)};
}

}  // namespace tacit::store
