// Reads and overwrites a store's file outside of LMDB's map: with read and write calls, so a truncated file is an
// error, not a signal.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "store/lmdb/pages/lmdb_pages.hpp"

struct MDB_txn;

namespace tacit::store {

class LmdbEnv;

class ScrubFile {
 public:
  explicit ScrubFile(const LmdbEnv& env);

  std::size_t page_size() const { return page_size_; }
  /// The number of pages in the file, including those after the last page in use.
  std::uint64_t pages() const;
  /// Reads bytes from a page on, as many as `into` has. False if some of them are missing.
  bool read(lmdb::PageNumber page, std::size_t offset, std::span<std::uint8_t> into) const;
  /// The meta page of a read transaction's snapshot. std::nullopt if it was replaced meanwhile.
  std::optional<lmdb::Meta> meta_of(MDB_txn* snapshot) const;
  /// The last page of the newest commit.
  lmdb::PageNumber last_page() const;

  /// Overwrites pages with zeros. Only while this process holds LMDB's write lock, and only unreachable pages. 0 or
  /// errno.
  int zero(std::span<const lmdb::PageNumber> pages);
  /// Makes zeroed pages durable; before that, their old content may return after a power failure. 0 or errno: after an
  /// error it may return in any case, and another sync would not report it. Needs no lock.
  int sync();
  /// Whether pages were zeroed since the last sync, in this run or an abandoned one.
  bool has_unsynced_zeros() const { return unsynced_; }

  /// Calls `use` with the number and the bytes of each page that is readable and not zero, until `use` returns false.
  /// Reads neighbouring pages together; the pages may be in any order.
  template <class Use>
  void each_used(std::span<const lmdb::PageNumber> pages, const Use& use) {
    for (std::size_t at = 0; at < pages.size();) {
      const std::size_t run = read_run(pages.subspan(at));
      for (std::size_t i = 0; i < run; ++i) {
        if (!is_used(i)) continue;
        if (!use(run_first_ + i, page_of_run(i))) return;
      }
      at += run;
    }
  }

 private:
  /// Reads as many of the first pages as are adjacent. Returns their number; missing parts of the file count as zero.
  std::size_t read_run(std::span<const lmdb::PageNumber> pages);
  bool is_used(std::size_t index) const;
  lmdb::ByteView page_of_run(std::size_t index) const;

  const LmdbEnv& env_;
  const int file_;
  const std::size_t page_size_;
  std::vector<std::uint8_t> run_;
  lmdb::PageNumber run_first_ = 0;
  bool unsynced_ = false;
  std::vector<std::uint8_t> zeros_;  ///< not constant: see store/lmdb/pages/scrub_writes.hpp
};

}  // namespace tacit::store
