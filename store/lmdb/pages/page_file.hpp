// Reads an LMDB file page by page with pread(2), never mapped: a missing or unreadable page is an error in words, not a
// signal.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "store/lmdb/pages/lmdb_pages.hpp"

namespace tacit::store {

/// The meta pages of a file, and its length.
struct FileHead {
  std::array<lmdb::Meta, 2> metas{};
  std::uint64_t bytes = 0;

  std::size_t page_size() const { return metas[0].page_size(); }
  std::uint64_t pages() const { return bytes / page_size(); }
  const lmdb::Meta& newest() const { return metas[metas[0].transaction < metas[1].transaction ? 1 : 0]; }
  /// The meta page that this transaction wrote; null if a later transaction replaced it.
  const lmdb::Meta* of(std::uint64_t transaction) const;
};

/// Reads and checks the meta pages: their kind, their consistency, and that their content lies in the map. Returns the
/// fault, in words that follow the file's name; then `head` is not valid. A process that commits meanwhile may change a
/// page during the read, so an apparent fault is checked again.
std::optional<std::string> read_head(int file, FileHead& head);

class PageFile {
 public:
  /// The caller keeps `file` open. Pages after `last` do not exist.
  PageFile(int file, std::size_t page_size, lmdb::PageNumber last) : file_(file), page_size_(page_size), last_(last) {}

  std::size_t page_size() const { return page_size_; }
  lmdb::PageNumber last() const { return last_; }
  bool has(lmdb::PageNumber page) const { return page >= lmdb::first_page && page <= last_; }
  /// Reads a page into `buffer`, which gets its size. Returns the fault, in words, on failure.
  std::optional<std::string> read(lmdb::PageNumber page, crypto::Bytes& buffer) const;
  /// The same for `size` bytes from that offset of the file.
  std::optional<std::string> read(std::uint64_t from, std::size_t size, crypto::Bytes& buffer) const;

 private:
  const int file_;
  const std::size_t page_size_;
  const lmdb::PageNumber last_;
};

}  // namespace tacit::store
