#include "store/lmdb/engine/commit_rehearsal.hpp"

#include <lmdb.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "store/lmdb/pages/page_file.hpp"

namespace tacit::store {
namespace {

/// 0, or the error. Not crypto::write_all: LMDB shares the descriptor, and its position must stay as it is.
int write_fully(int file, crypto::ByteView bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return EIO;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
  return 0;
}

/// Writes the part of a meta page that a commit writes: everything from the map's size on.
int write_meta_again(int file, const PageFile& pages, lmdb::PageNumber meta) {
  constexpr std::size_t unchanged = lmdb::page_header_size + 16;
  const std::uint64_t at = meta * pages.page_size() + unchanged;
  crypto::Bytes bytes;
  if (pages.read(at, lmdb::page_header_size + lmdb::meta_size - unchanged, bytes)) return EIO;
  return write_fully(file, bytes, at);
}

}  // namespace

int rehearse_commit(MDB_txn* txn, std::uint64_t pages) {
  MDB_env* const env = mdb_txn_env(txn);
  MDB_envinfo info{};
  MDB_stat stat{};
  int file = -1;
  mdb_env_info(env, &info);
  mdb_env_stat(env, &stat);
  if (const int code = mdb_env_get_fd(env, &file); code != MDB_SUCCESS) return code;
  const std::uint64_t first = info.me_last_pgno + 1;
  const std::uint64_t in_map = info.me_mapsize / stat.ms_psize;
  const std::uint64_t count = std::min(pages, in_map > first ? in_map - first : 0);
  const crypto::Bytes zeros(count * stat.ms_psize);
  if (const int error = write_fully(file, zeros, first * stat.ms_psize); error != 0) return error;
  const PageFile meta_pages(file, stat.ms_psize, lmdb::first_page - 1);
  if (const int error = write_meta_again(file, meta_pages, mdb_txn_id(txn) % 2); error != 0) return error;
  return ::fdatasync(file) == 0 ? 0 : errno;
}

}  // namespace tacit::store
