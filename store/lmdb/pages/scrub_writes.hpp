// Keeps bytes that belong to nothing out of a store's file, and old pages out of memory.
//
// LMDB writes whole pages. Their free area holds whatever was in it: rows that were removed, and, because LMDB reuses
// the buffers of the pages that it wrote last without clearing them, parts of any other page. A row that is deleted
// later would leave such copies behind in pages that nothing marks. So the free area is zeroed at the moment a page is
// written, and the buffer after it: LMDB reads no more than its header then, which tells it how to free it.
//
// LMDB has no hook there. scrub_writes.cpp defines `writev`, `pwrite` and `pwrite64` for the program, which therefore
// LMDB calls (symbols of a program come before those of libraries), and hands every call on to the C library. Only
// writes to a watched descriptor are looked at. Where that does not work (another LMDB that writes by other means),
// `pages` stays 0 and the walk over the live pages (store/lmdb/scrub/scrub_live.hpp) says what it finds.
//
// Source: LMDB's mdb.c: mdb_page_malloc, mdb_page_free, mdb_page_copy, mdb_page_flush.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tacit::store {

/// Watches one descriptor while it lives: the one that LMDB writes pages to (mdb_env_get_fd).
class ScrubbedWrites {
 public:
  /// Watches none if too many are watched already.
  ScrubbedWrites(int file, std::size_t page_size);
  ~ScrubbedWrites();
  ScrubbedWrites(const ScrubbedWrites&) = delete;
  ScrubbedWrites& operator=(const ScrubbedWrites&) = delete;

  /// How many pages were seen on their way. Any thread.
  std::uint64_t pages() const;

 private:
  std::size_t slot_;
};

}  // namespace tacit::store
