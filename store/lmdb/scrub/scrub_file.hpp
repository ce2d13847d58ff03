// A store's file, read and overwritten beside LMDB's map: by read and write, so that a file that is cut off is an error
// and not a signal.
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
  /// How many pages the file has, those beyond the last one in use too.
  std::uint64_t pages() const;
  /// Bytes from a page on, as many as `into` has. False if they are not all there.
  bool read(lmdb::PageNumber page, std::size_t offset, std::span<std::uint8_t> into) const;
  /// The meta page of a read transaction's snapshot. Nothing if it was replaced meanwhile.
  std::optional<lmdb::Meta> meta_of(MDB_txn* snapshot) const;
  /// The last page that the newest commit knows.
  lmdb::PageNumber last_page() const;

  /// Overwrites pages with zeros. Only while this process holds LMDB's write lock, and only pages that nobody reaches.
  /// 0 or errno.
  int zero(std::span<const lmdb::PageNumber> pages);
  /// Until then what was zeroed may come back after a power failure. 0 or errno: then it may come back in any case, and
  /// a further sync would not tell. Needs no lock.
  int sync();
  /// Whether something was zeroed since the last sync, in this run or one that was given up.
  bool has_unsynced_zeros() const { return unsynced_; }

  /// Calls `use` with page number and bytes for each of the pages that can be read and is not zero, until it answers
  /// false. Reads pages that follow each other at once; they may be in any order.
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
  /// Reads as many of the first pages as lie side by side. Their number; what is missing in the file counts as zero.
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
