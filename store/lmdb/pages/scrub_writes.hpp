// Keeps unused bytes out of a store's file, and old pages out of memory.
//
// LMDB writes whole pages. Their free area contains its former content: removed rows, and, because LMDB reuses the
// buffers of recently written pages without clearing them, parts of any other page. When a row is deleted later, such
// copies would stay in pages that no list marks. So the free area is zeroed when a page is written, and the page's
// buffer after the write; LMDB then reads only the buffer's header, to free it.
//
// LMDB has no hook there. scrub_writes.cpp defines `writev`, `pwrite` and `pwrite64` for the program. LMDB calls these,
// because a program's symbols precede those of libraries, and they pass every call on to the C library. Only writes to
// a watched descriptor are processed. If that does not work (another LMDB that writes by other means), `pages` stays 0
// and the walk over the live pages (store/lmdb/scrub/scrub_live.hpp) reports its findings.
//
// Source: LMDB's mdb.c: mdb_page_malloc, mdb_page_free, mdb_page_copy, mdb_page_flush.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tacit::store {

/// Watches one descriptor during its lifetime: the one that LMDB writes pages to (mdb_env_get_fd).
class ScrubbedWrites {
 public:
  /// Watches none if too many are already watched.
  ScrubbedWrites(int file, std::size_t page_size);
  ~ScrubbedWrites();
  ScrubbedWrites(const ScrubbedWrites&) = delete;
  ScrubbedWrites& operator=(const ScrubbedWrites&) = delete;

  /// The number of pages processed. Any thread.
  std::uint64_t pages() const;

 private:
  std::size_t slot_;
};

}  // namespace tacit::store
