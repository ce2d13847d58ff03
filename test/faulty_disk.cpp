// Loaded before a server's own libraries (LD_PRELOAD): operations on the store's file fail as a test requests, like
// under a quota or on a broken disk. The file that FAULTY_DISK names has one line, which is read at each call. Without
// the file, no operation fails:
//
//   quota BYTES        writes and allocations of blocks beyond that size fail with EDQUOT
//   writes ERROR       every write fails
//   syncs ERROR        every sync fails
//   one-sync ERROR     only the next sync fails
//   reads BYTES        reads beyond that size never end
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

struct Fault {
  std::string what;
  long long number = 0;
};

Fault fault() {
  const char* const name = std::getenv("FAULTY_DISK");
  std::FILE* const file = name == nullptr ? nullptr : std::fopen(name, "re");
  if (file == nullptr) return {};
  std::array<char, 16> what{};
  Fault result;
  if (std::fscanf(file, "%15s %lld", what.data(), &result.number) == 2) result.what = what.data();
  std::fclose(file);
  return result;
}

bool is_store(int fd) {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path.data(), path.size());
  return size > 0 && std::string_view(path.data(), static_cast<std::size_t>(size)).ends_with("/data.mdb");
}

/// The error of a write or an allocation (`ahead`) up to that byte; 0 if it succeeds.
int write_error(int fd, long long end, bool ahead) {
  if (!is_store(fd)) return 0;
  const Fault now = fault();
  if (now.what == "quota" && end > now.number) return EDQUOT;
  return now.what == "writes" && !ahead ? static_cast<int>(now.number) : 0;
}

/// Like a disk that does not answer.
void wait_for_ever(int fd, long long end) {
  if (!is_store(fd)) return;
  const Fault now = fault();
  while (now.what == "reads" && end > now.number) ::pause();
}

int sync_error(int fd) {
  if (!is_store(fd)) return 0;
  const Fault now = fault();
  if (now.what == "one-sync") std::remove(std::getenv("FAULTY_DISK"));
  return now.what == "syncs" || now.what == "one-sync" ? static_cast<int>(now.number) : 0;
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

template <class Result, class Call>
Result unless(int error, Call call) {
  if (error == 0) return call();
  errno = error;
  return -1;
}

}  // namespace

extern "C" {

ssize_t pread(int fd, void* bytes, size_t size, off_t at) {
  wait_for_ever(fd, at + static_cast<off_t>(size));
  return real<decltype(&pread)>("pread")(fd, bytes, size, at);
}

ssize_t pread64(int fd, void* bytes, size_t size, off64_t at) {
  wait_for_ever(fd, at + static_cast<off64_t>(size));
  return real<decltype(&pread64)>("pread64")(fd, bytes, size, at);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return unless<ssize_t>(write_error(fd, at + static_cast<off_t>(size), false),
                         [=] { return real<decltype(&pwrite)>("pwrite")(fd, bytes, size, at); });
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  return unless<ssize_t>(write_error(fd, at + static_cast<off64_t>(size), false),
                         [=] { return real<decltype(&pwrite64)>("pwrite64")(fd, bytes, size, at); });
}

ssize_t writev(int fd, const iovec* parts, int count) {
  long long end = ::lseek(fd, 0, SEEK_CUR);
  for (int i = 0; i < count; ++i) end += static_cast<long long>(parts[i].iov_len);
  return unless<ssize_t>(write_error(fd, end, false),
                         [=] { return real<decltype(&writev)>("writev")(fd, parts, count); });
}

int fallocate(int fd, int mode, off_t from, off_t size) {
  return unless<int>(write_error(fd, from + size, true),
                     [=] { return real<decltype(&fallocate)>("fallocate")(fd, mode, from, size); });
}

int fallocate64(int fd, int mode, off64_t from, off64_t size) {
  return unless<int>(write_error(fd, from + size, true),
                     [=] { return real<decltype(&fallocate64)>("fallocate64")(fd, mode, from, size); });
}

int fdatasync(int fd) {
  return unless<int>(sync_error(fd), [=] { return real<decltype(&fdatasync)>("fdatasync")(fd); });
}

int fsync(int fd) {
  return unless<int>(sync_error(fd), [=] { return real<decltype(&fsync)>("fsync")(fd); });
}

}  // extern "C"
