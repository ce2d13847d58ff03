#include "store/lmdb/environment/process_mark.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <optional>
#include <vector>

namespace tacit::store {
namespace {

constexpr std::size_t most_processes = 256;
constexpr std::chrono::milliseconds most_time{2};

struct Range {
  off_t first = 0;
  off_t last = 0;
};

struct flock lock_of(const Range& range) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = range.first;
  lock.l_len = range.last - range.first + 1;
  return lock;
}

/// Any lock of another process in that range: its type is F_UNLCK if there is none. std::nullopt if the query fails.
std::optional<struct flock> find_lock(int file, const Range& range) {
  struct flock lock = lock_of(range);
  int code = 0;
  do {
    code = ::fcntl(file, F_GETLK, &lock);
  } while (code != 0 && errno == EINTR);
  return code == 0 ? std::optional(lock) : std::nullopt;
}

bool is_none(const struct flock& lock) { return lock.l_type == F_UNLCK; }

/// Whether the process with this lock of LMDB's runs an older build.
OlderProcesses judge(int file, const struct flock& pid_lock, off_t base) {
  const off_t mark = base + pid_lock.l_start;
  const auto found = find_lock(file, {mark, mark});
  if (!found) return OlderProcesses::unknown;
  // A lock without a process (F_OFD_SETLK) is not LMDB's, and cannot be told apart from another one.
  const bool marked = !is_none(*found) && found->l_pid == pid_lock.l_pid && pid_lock.l_pid >= 0;
  if (marked) return OlderProcesses::none;
  // The process may have ended since, and its mark with it.
  const auto again = find_lock(file, {pid_lock.l_start, pid_lock.l_start});
  if (!again) return OlderProcesses::unknown;
  return is_none(*again) ? OlderProcesses::none : OlderProcesses::some;
}

}  // namespace

ProcessMark::ProcessMark(const std::string& lock_file) : file_(::open(lock_file.c_str(), O_RDWR | O_CLOEXEC)) {
  for (const off_t base : {mark_base, third_mark_base, fifth_mark_base}) {
    const off_t own = base + ::getpid();
    struct flock lock = lock_of({own, own});
    while (file_ && ::fcntl(file_.get(), F_SETLK, &lock) != 0 && errno == EINTR) {
    }
  }
}

OlderProcesses ProcessMark::older(off_t base) const {
  if (!file_) return OlderProcesses::unknown;
  const auto give_up = std::chrono::steady_clock::now() + most_time;
  // The kernel reports one lock of a range. The parts of the range on both sides of it are queried next.
  std::vector<Range> ranges{{1, mark_base - 1}};
  for (std::size_t processes = 0; !ranges.empty();) {
    const Range range = ranges.back();
    ranges.pop_back();
    const auto lock = find_lock(file_.get(), range);
    if (!lock) return OlderProcesses::unknown;
    if (is_none(*lock)) continue;
    if (lock->l_len != 1 || ++processes > most_processes) return OlderProcesses::unknown;
    if (std::chrono::steady_clock::now() > give_up) return OlderProcesses::unknown;
    if (const auto judged = judge(file_.get(), *lock, base); judged != OlderProcesses::none) return judged;
    if (lock->l_start > range.first) ranges.push_back({range.first, lock->l_start - 1});
    if (lock->l_start < range.last) ranges.push_back({lock->l_start + 1, range.last});
  }
  return OlderProcesses::none;
}

}  // namespace tacit::store
