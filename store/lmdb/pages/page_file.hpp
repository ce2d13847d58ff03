// An LMDB file read page by page with pread(2), never mapped: a page that is not there or cannot be read is an error in
// words, and not a signal.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "store/lmdb/pages/lmdb_pages.hpp"

namespace tacit::store {

/// The meta pages of a file, and how long it is.
struct FileHead {
  std::array<lmdb::Meta, 2> metas{};
  std::uint64_t bytes = 0;

  std::size_t page_size() const { return metas[0].page_size(); }
  std::uint64_t pages() const { return bytes / page_size(); }
  const lmdb::Meta& newest() const { return metas[metas[0].transaction < metas[1].transaction ? 1 : 0]; }
  /// The meta page that this transaction wrote; null if a later one has replaced it.
  const lmdb::Meta* of(std::uint64_t transaction) const;
};

/// Reads the meta pages and judges them: what they are, and whether what they say fits together and lies in the map.
/// Answers what is wrong, in words that follow the file's name; then `head` is not to be used. A process that commits
/// meanwhile may change a page under our eyes, so what looks wrong is looked at again.
std::optional<std::string> read_head(int file, FileHead& head);

class PageFile {
 public:
  /// `file` stays the caller's, and open. Pages after `last` are none.
  PageFile(int file, std::size_t page_size, lmdb::PageNumber last) : file_(file), page_size_(page_size), last_(last) {}

  std::size_t page_size() const { return page_size_; }
  lmdb::PageNumber last() const { return last_; }
  bool has(lmdb::PageNumber page) const { return page >= lmdb::first_page && page <= last_; }
  /// Reads a page into `buffer`, which gets its size. What is wrong, in words, if that cannot be done.
  std::optional<std::string> read(lmdb::PageNumber page, crypto::Bytes& buffer) const;
  /// Likewise `size` bytes from that byte of the file on.
  std::optional<std::string> read(std::uint64_t from, std::size_t size, crypto::Bytes& buffer) const;

 private:
  const int file_;
  const std::size_t page_size_;
  const lmdb::PageNumber last_;
};

}  // namespace tacit::store
