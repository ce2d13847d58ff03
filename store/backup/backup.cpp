#include "store/backup/backup.hpp"

#include <fcntl.h>
#include <lmdb.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "store/backup/backup_hash.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t trailer_size = backup_trailer_size;
constexpr std::size_t chunk_size = std::size_t{1} << 20;

Failure cannot(const char* what, int error) {
  const Errc code = error == ENOSPC || error == EDQUOT ? Errc::full : Errc::unavailable;
  return failed(code, std::string(what) + ": " + std::generic_category().message(error));
}

/// Runs LMDB's copy into a pipe, on another thread.
class Copy {
 public:
  explicit Copy(MDB_env* env) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      code_ = errno;
      return;
    }
    read_end_ = ends[0];
    ::fcntl(read_end_, F_SETPIPE_SZ, static_cast<int>(chunk_size));  // fewer switches between the threads; optional
    thread_ = std::thread([this, env, write_end = ends[1]] {
      code_ = mdb_env_copyfd2(env, write_end, MDB_CP_COMPACT);
      ::close(write_end);
    });
  }
  ~Copy() { finish(); }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  /// Like read(2).
  std::ptrdiff_t read(std::span<std::uint8_t> out) const {
    ssize_t got = -1;
    do {
      got = ::read(read_end_, out.data(), out.size());
    } while (got < 0 && errno == EINTR);
    return got;
  }
  /// Ends the copy at any point. Returns LMDB's code.
  int finish() {
    // An unfinished copy gets an error because the pipe has no reader. LMDB blocks SIGPIPE in its thread.
    if (read_end_ >= 0) ::close(std::exchange(read_end_, -1));
    if (thread_.joinable()) thread_.join();
    return code_;
  }

 private:
  int code_ = 0;
  int read_end_ = -1;
  std::thread thread_;
};

Failure copy_failed(int code) {
  if (code == MDB_INCOMPATIBLE) {
    return failed(Errc::integrity, "the store's file has pages that no tree uses: run tacit verify");
  }
  if (code == EFAULT) {
    return failed(Errc::integrity, "a page of the store's file is missing, or the disk cannot read it");
  }
  return failed(Errc::unavailable, std::string("the store cannot be copied: ") + mdb_strerror(code));
}

}  // namespace

Outcome<std::uint64_t> write_backup(const LmdbEnv& env, const ByteSink& sink,
                                    const std::function<void(std::uint64_t)>& progress) {
  Copy copy(env.handle());
  BackupHash hash;
  Bytes buffer(chunk_size);
  for (;;) {
    const std::ptrdiff_t got = copy.read(buffer);
    if (got <= 0) break;
    const ByteView bytes = ByteView(buffer).first(static_cast<std::size_t>(got));
    hash.update(bytes);
    const bool written = sink(bytes);
    if (!written) return cannot("the backup cannot be written", errno);
    note_work(FileWork::copying, hash.length());
    if (progress) progress(hash.length());
  }
  if (const int code = copy.finish(); code != MDB_SUCCESS) return copy_failed(code);
  const Bytes trailer = hash.trailer();
  if (!sink(trailer)) return cannot("the backup cannot be written", errno);
  return hash.length() + trailer.size();
}

Outcome<std::uint64_t> read_backup(const ByteSource& source, const ByteSink& sink) {
  BackupHash hash;
  Bytes held(trailer_size + chunk_size);
  std::size_t size = 0;  // number of bytes held back: the last ones may be the trailer
  for (;;) {
    const std::ptrdiff_t got = source(std::span(held).subspan(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot("the backup cannot be read", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size <= trailer_size) continue;
    const std::size_t ready = size - trailer_size;
    const ByteView bytes = ByteView(held).first(ready);
    hash.update(bytes);
    if (!sink(bytes)) return cannot("the content of the backup cannot be written", errno);
    std::memmove(held.data(), held.data() + ready, trailer_size);
    size = trailer_size;
  }
  const ByteView last = ByteView(held).first(size);
  if (size < trailer_size || !is_trailer_magic(last)) {
    return failed(Errc::integrity, "it is not a backup, or is incomplete: it has no trailer");
  }
  if (!std::ranges::equal(last, hash.trailer())) {
    return failed(Errc::integrity, "the backup is damaged: its length or its hash does not match its trailer");
  }
  return hash.length();
}

}  // namespace tacit::store
