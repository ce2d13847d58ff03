// Loaded before a program's own libraries (LD_PRELOAD): system calls fail as test/faults/library/sites.hpp describes,
// and those on the store's file also as test/faults/library/disk.hpp does. Calls that glibc makes itself do not come
// here.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "test/faults/library/disk.hpp"
#include "test/faults/library/next.hpp"
#include "test/faults/library/sites.hpp"

namespace {

using faults::fails;
using faults::Kind;

/// Which kinds of faults a call can have, beside Kind::io, which all have.
struct Can {
  bool fill = false;  // needs room on the disk
  bool wait = false;  // can be interrupted
  int lack = 0;       // the error when a resource is short; 0: none
};
constexpr Can takes_room{.fill = true};
constexpr Can waits{.wait = true};
constexpr Can writes_data{.fill = true, .wait = true};
constexpr Can makes_descriptor{.lack = EMFILE};
constexpr Can needs_memory{.lack = ENOMEM};
constexpr Can plain{};

bool is_socket(int fd) {
  struct stat about {};
  return fd >= 0 && ::syscall(SYS_newfstatat, fd, "", &about, AT_EMPTY_PATH) == 0 && S_ISSOCK(about.st_mode);
}

/// The error of a call now; 0 if it succeeds.
int error_of(std::string_view call, Can can, int fd = -1) {
  if (can.lack != 0 && fails(Kind::resources, call)) return can.lack;
  if (can.fill && fails(Kind::no_room, call)) return ENOSPC;
  if (can.fill && fails(Kind::quota, call)) return EDQUOT;
  if (can.wait && fails(Kind::interrupted, call)) return EINTR;
  if (fails(Kind::io, call)) return is_socket(fd) ? ECONNRESET : EIO;
  return 0;
}

/// Half of a size, if this call is to end early.
std::size_t shortened(std::string_view call, std::size_t size) {
  return size > 1 && fails(Kind::short_count, call) ? size / 2 : size;
}

void slow_down(std::string_view call) {
  if (!fails(Kind::slow, call)) return;
  const timespec time{.tv_sec = 1, .tv_nsec = 500000000};
  ::nanosleep(&time, nullptr);
}

template <class Result>
Result failed(int error) {
  errno = error;
  if constexpr (std::is_pointer_v<Result>) {
    return nullptr;
  } else {
    return -1;
  }
}

}  // namespace

// A function that fails or does what the next one does.
#define FAULTS_CALL(result, name, parameters, arguments, ability, descriptor)                             \
  result name parameters {                                                                                \
    static const auto real = faults::next<result(*) parameters>(#name);                                   \
    if (const int error = error_of(#name, ability, descriptor); error != 0) return failed<result>(error); \
    return real arguments;                                                                                \
  }

// The same of a transfer of bytes, which may also end early.
#define FAULTS_TRANSFER(name, parameters, arguments, ability, descriptor)                                  \
  ssize_t name parameters {                                                                                \
    static const auto real = faults::next<ssize_t(*) parameters>(#name);                                   \
    if (const int error = error_of(#name, ability, descriptor); error != 0) return failed<ssize_t>(error); \
    size = shortened(#name, size);                                                                         \
    return real arguments;                                                                                 \
  }

#ifdef __clang__
// glibc declares some of them as never throwing.
#pragma clang diagnostic ignored "-Wmissing-exception-spec"
#endif

extern "C" {

static mode_t mode_argument(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

static constexpr Can opens{.fill = true, .wait = true, .lack = EMFILE};

static int opened(const char* call, int folder, const char* path, int flags, mode_t mode) {
  const Can can{.fill = (flags & O_CREAT) != 0, .wait = true, .lack = EMFILE};
  if (const int error = error_of(call, can); error != 0) return failed<int>(error);
  return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}

#define FAULTS_OPEN(name, parameters, folder)            \
  int name parameters {                                  \
    va_list arguments;                                   \
    va_start(arguments, flags);                          \
    const mode_t mode = mode_argument(flags, arguments); \
    va_end(arguments);                                   \
    return opened(#name, folder, path, flags, mode);     \
  }

FAULTS_OPEN(open, (const char* path, int flags, ...), AT_FDCWD)
FAULTS_OPEN(open64, (const char* path, int flags, ...), AT_FDCWD)
FAULTS_OPEN(openat, (int folder, const char* path, int flags, ...), folder)
FAULTS_OPEN(openat64, (int folder, const char* path, int flags, ...), folder)
int __open_2(const char* path, int flags) { return opened("open", AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return opened("open64", AT_FDCWD, path, flags, 0); }
int __openat_2(int folder, const char* path, int flags) { return opened("openat", folder, path, flags, 0); }
int __openat64_2(int folder, const char* path, int flags) { return opened("openat64", folder, path, flags, 0); }

FAULTS_CALL(std::FILE*, fopen, (const char* path, const char* mode), (path, mode), opens, -1)
FAULTS_CALL(std::FILE*, fopen64, (const char* path, const char* mode), (path, mode), opens, -1)
FAULTS_CALL(DIR*, fdopendir, (int fd), (fd), needs_memory, fd)
FAULTS_CALL(DIR*, opendir, (const char* path), (path), makes_descriptor, -1)

FAULTS_TRANSFER(read, (int fd, void* bytes, size_t size), (fd, bytes, size), waits, fd)
FAULTS_TRANSFER(write, (int fd, const void* bytes, size_t size), (fd, bytes, size), writes_data, fd)
FAULTS_TRANSFER(recv, (int fd, void* bytes, size_t size, int flags), (fd, bytes, size, flags), waits, fd)
FAULTS_TRANSFER(send, (int fd, const void* bytes, size_t size, int flags), (fd, bytes, size, flags), waits, fd)
FAULTS_TRANSFER(sendto, (int fd, const void* bytes, size_t size, int flags, const sockaddr* to, socklen_t to_size),
                (fd, bytes, size, flags, to, to_size), waits, fd)
FAULTS_TRANSFER(sendfile, (int to, int fd, off_t* at, size_t size), (to, fd, at, size), waits, to)
FAULTS_TRANSFER(sendfile64, (int to, int fd, off64_t* at, size_t size), (to, fd, at, size), waits, to)
FAULTS_CALL(ssize_t, sendmsg, (int fd, const msghdr* message, int flags), (fd, message, flags), waits, fd)
FAULTS_CALL(ssize_t, recvmsg, (int fd, msghdr* message, int flags), (fd, message, flags), waits, fd)
FAULTS_CALL(ssize_t, readv, (int fd, const iovec* parts, int count), (fd, parts, count), waits, fd)

#define FAULTS_READ_AT(name, offset)                                                             \
  ssize_t name(int fd, void* bytes, size_t size, offset at) {                                    \
    static const auto real = faults::next<decltype(&name)>(#name);                               \
    faults::wait_for_disk(fd, at + static_cast<offset>(size));                                   \
    if (const int error = error_of(#name, waits, fd); error != 0) return failed<ssize_t>(error); \
    return real(fd, bytes, shortened(#name, size), at);                                          \
  }
FAULTS_READ_AT(pread, off_t)
FAULTS_READ_AT(pread64, off64_t)

#define FAULTS_WRITE_AT(name, offset)                                                \
  ssize_t name(int fd, const void* bytes, size_t size, offset at) {                  \
    static const auto real = faults::next<decltype(&name)>(#name);                   \
    int error = faults::disk_write_error(fd, at + static_cast<offset>(size), false); \
    if (error == 0) error = error_of(#name, writes_data, fd);                        \
    if (error != 0) return failed<ssize_t>(error);                                   \
    return real(fd, bytes, shortened(#name, size), at);                              \
  }
FAULTS_WRITE_AT(pwrite, off_t)
FAULTS_WRITE_AT(pwrite64, off64_t)

static long long total(const iovec* parts, int count) {
  long long result = 0;
  for (int i = 0; i < count; ++i) result += static_cast<long long>(parts[i].iov_len);
  return result;
}

ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto real = faults::next<decltype(&writev)>("writev");
  int error = faults::disk_write_error(fd, ::lseek(fd, 0, SEEK_CUR) + total(parts, count), false);
  if (error == 0) error = error_of("writev", writes_data, fd);
  if (error != 0) return failed<ssize_t>(error);
  return real(fd, parts, count > 1 && fails(Kind::short_count, "writev") ? count / 2 : count);
}

#define FAULTS_WRITE_PARTS_AT(name, offset)                                                       \
  ssize_t name(int fd, const iovec* parts, int count, offset at) {                                \
    static const auto real = faults::next<decltype(&name)>(#name);                                \
    int error = faults::disk_write_error(fd, at + total(parts, count), false);                    \
    if (error == 0) error = error_of(#name, writes_data, fd);                                     \
    if (error != 0) return failed<ssize_t>(error);                                                \
    return real(fd, parts, count > 1 && fails(Kind::short_count, #name) ? count / 2 : count, at); \
  }
FAULTS_WRITE_PARTS_AT(pwritev, off_t)
FAULTS_WRITE_PARTS_AT(pwritev64, off64_t)

#define FAULTS_ALLOCATE(name, offset)                                    \
  int name(int fd, int mode, offset from, offset size) {                 \
    static const auto real = faults::next<decltype(&name)>(#name);       \
    int error = faults::disk_write_error(fd, from + size, true);         \
    if (error == 0) error = error_of(#name, writes_data, fd);            \
    return error != 0 ? failed<int>(error) : real(fd, mode, from, size); \
  }
FAULTS_ALLOCATE(fallocate, off_t)
FAULTS_ALLOCATE(fallocate64, off64_t)

#define FAULTS_SYNC(name)                                          \
  int name(int fd) {                                               \
    static const auto real = faults::next<decltype(&name)>(#name); \
    slow_down(#name);                                              \
    int error = faults::disk_sync_error(fd);                       \
    if (error == 0) error = error_of(#name, writes_data, fd);      \
    return error != 0 ? failed<int>(error) : real(fd);             \
  }
FAULTS_SYNC(fdatasync)
FAULTS_SYNC(fsync)

FAULTS_CALL(int, ftruncate, (int fd, off_t size), (fd, size), writes_data, fd)
FAULTS_CALL(int, ftruncate64, (int fd, off64_t size), (fd, size), writes_data, fd)
FAULTS_CALL(int, msync, (void* from, size_t size, int flags), (from, size, flags), plain, -1)
FAULTS_CALL(off_t, lseek, (int fd, off_t at, int whence), (fd, at, whence), plain, fd)

FAULTS_CALL(int, rename, (const char* from, const char* to), (from, to), takes_room, -1)
FAULTS_CALL(int, renameat, (int a, const char* from, int b, const char* to), (a, from, b, to), takes_room, -1)
FAULTS_CALL(int, renameat2, (int a, const char* from, int b, const char* to, unsigned flags), (a, from, b, to, flags),
            takes_room, -1)
FAULTS_CALL(int, link, (const char* from, const char* to), (from, to), takes_room, -1)
FAULTS_CALL(int, linkat, (int a, const char* from, int b, const char* to, int flags), (a, from, b, to, flags),
            takes_room, -1)
FAULTS_CALL(int, symlinkat, (const char* from, int folder, const char* to), (from, folder, to), takes_room, -1)
FAULTS_CALL(int, unlink, (const char* path), (path), plain, -1)
FAULTS_CALL(int, unlinkat, (int folder, const char* path, int flags), (folder, path, flags), plain, -1)
FAULTS_CALL(int, rmdir, (const char* path), (path), plain, -1)
FAULTS_CALL(int, mkdir, (const char* path, mode_t mode), (path, mode), takes_room, -1)
FAULTS_CALL(int, mkdirat, (int folder, const char* path, mode_t mode), (folder, path, mode), takes_room, -1)
FAULTS_CALL(ssize_t, readlinkat, (int folder, const char* path, char* bytes, size_t size), (folder, path, bytes, size),
            plain, -1)
FAULTS_CALL(int, stat, (const char* path, struct stat* about), (path, about), plain, -1)
FAULTS_CALL(int, fstat, (int fd, struct stat* about), (fd, about), plain, -1)
FAULTS_CALL(int, fstatat, (int folder, const char* path, struct stat* about, int flags), (folder, path, about, flags),
            plain, -1)
FAULTS_CALL(int, statfs, (const char* path, struct statfs* about), (path, about), waits, -1)
FAULTS_CALL(int, fstatfs, (int fd, struct statfs* about), (fd, about), waits, fd)
FAULTS_CALL(int, statvfs, (const char* path, struct statvfs* about), (path, about), waits, -1)
FAULTS_CALL(int, fstatvfs, (int fd, struct statvfs* about), (fd, about), waits, fd)
FAULTS_CALL(int, fchmod, (int fd, mode_t mode), (fd, mode), takes_room, fd)
FAULTS_CALL(int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group), takes_room, fd)
FAULTS_CALL(int, flock, (int fd, int what), (fd, what), waits, fd)

FAULTS_CALL(int, accept4, (int fd, sockaddr* from, socklen_t* size, int flags), (fd, from, size, flags),
            (Can{.wait = true, .lack = EMFILE}), fd)
FAULTS_CALL(int, accept, (int fd, sockaddr* from, socklen_t* size), (fd, from, size),
            (Can{.wait = true, .lack = EMFILE}), fd)
FAULTS_CALL(int, socket, (int family, int type, int protocol), (family, type, protocol), makes_descriptor, -1)
FAULTS_CALL(int, socketpair, (int family, int type, int protocol, int pair[2]), (family, type, protocol, pair),
            makes_descriptor, -1)
FAULTS_CALL(int, bind, (int fd, const sockaddr* at, socklen_t size), (fd, at, size), takes_room, fd)
FAULTS_CALL(int, listen, (int fd, int length), (fd, length), plain, fd)
FAULTS_CALL(int, connect, (int fd, const sockaddr* to, socklen_t size), (fd, to, size), waits, fd)
FAULTS_CALL(int, setsockopt, (int fd, int level, int name, const void* value, socklen_t size),
            (fd, level, name, value, size), needs_memory, fd)
FAULTS_CALL(int, getsockname, (int fd, sockaddr* name, socklen_t* size), (fd, name, size), plain, fd)
FAULTS_CALL(int, epoll_wait, (int fd, epoll_event* events, int most, int wait), (fd, events, most, wait),
            (Can{.wait = true}), fd)
FAULTS_CALL(int, epoll_ctl, (int fd, int what, int about, epoll_event* event), (fd, what, about, event), needs_memory,
            fd)
FAULTS_CALL(int, epoll_create1, (int flags), (flags), makes_descriptor, -1)
FAULTS_CALL(int, eventfd, (unsigned value, int flags), (value, flags), makes_descriptor, -1)
FAULTS_CALL(int, timerfd_create, (clockid_t clock, int flags), (clock, flags), makes_descriptor, -1)
FAULTS_CALL(int, pipe, (int ends[2]), (ends), makes_descriptor, -1)
FAULTS_CALL(int, pipe2, (int ends[2], int flags), (ends, flags), makes_descriptor, -1)
FAULTS_CALL(int, memfd_create, (const char* name, unsigned flags), (name, flags), makes_descriptor, -1)
FAULTS_CALL(int, poll, (pollfd * fds, nfds_t count, int wait), (fds, count, wait), (Can{.wait = true, .lack = ENOMEM}),
            -1)
FAULTS_CALL(pid_t, waitpid, (pid_t child, int* status, int options), (child, status, options), waits, -1)

// These have no errors of disks.
ssize_t getrandom(void* bytes, size_t size, unsigned flags) {
  static const auto real = faults::next<decltype(&getrandom)>("getrandom");
  if (fails(Kind::interrupted, "getrandom")) return failed<ssize_t>(EINTR);
  return real(bytes, shortened("getrandom", size), flags);
}

pid_t fork() {
  static const auto real = faults::next<decltype(&fork)>("fork");
  return fails(Kind::resources, "fork") ? failed<pid_t>(EAGAIN) : real();
}

int pthread_create(pthread_t* thread, const pthread_attr_t* how, void* (*run)(void*), void* with) {
  static const auto real = faults::next<decltype(&pthread_create)>("pthread_create");
  return fails(Kind::resources, "pthread_create") ? EAGAIN : real(thread, how, run, with);
}

void* mmap(void* at, size_t size, int access, int flags, int fd, off_t from) {
  static const auto real = faults::next<decltype(&mmap)>("mmap");
  if (!fails(Kind::resources, "mmap")) return real(at, size, access, flags, fd, from);
  errno = ENOMEM;
  return MAP_FAILED;
}

}  // extern "C"
