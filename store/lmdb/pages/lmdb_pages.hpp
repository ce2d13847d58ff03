// The on-disk format of LMDB's pages: data version 1, the same in LMDB 0.9.24 and 0.9.31, on 64-bit little-endian
// machines. Read-only views that do not trust the bytes: every accessor stays inside its page. Pure.
//
// Source: libraries/liblmdb/mdb.c of these versions: MDB_page, MDB_node, MDB_db, MDB_meta; mdb_node_add and
// mdb_node_del (nodes lie packed between `upper` and the page's end), mdb_freelist_save (rows of the free list).
//
// The file is an array of pages. Pages 0 and 1 are meta pages; transaction N writes meta page N % 2, and the one with
// the larger transaction counts. Each has the roots of two trees: the free list, and the table of tables, whose rows
// hold the roots of the others. Every page up to the last one belongs to one tree, or is in the free list, or (rarely)
// was lost; the file may end before the last page if the free list has all that are missing.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "crypto/memory/bytes.hpp"

namespace tacit::store::lmdb {

using crypto::ByteView;
using PageNumber = std::uint64_t;

static_assert(sizeof(std::size_t) == 8 && std::endian::native == std::endian::little, "LMDB's format is the machine's");

inline constexpr std::uint32_t magic = 0xBEEFC0DE;
inline constexpr std::uint32_t data_version = 1;
inline constexpr PageNumber first_page = 2;            ///< after the meta pages
inline constexpr PageNumber no_page = ~PageNumber{0};  ///< the root of an empty tree
inline constexpr std::size_t page_header_size = 16;
inline constexpr std::size_t node_header_size = 8;
inline constexpr std::size_t tree_size = 48;
inline constexpr std::size_t meta_size = 136;  ///< after the page header
inline constexpr std::size_t smallest_page = 512;
inline constexpr std::size_t largest_page = 32768;
inline constexpr std::size_t longest_key = 511;
inline constexpr std::size_t deepest_tree = 32;  ///< the depth limit of LMDB's cursors

namespace page_flag {
inline constexpr std::uint16_t branch = 0x01;
inline constexpr std::uint16_t leaf = 0x02;
inline constexpr std::uint16_t overflow = 0x04;
inline constexpr std::uint16_t meta = 0x08;
}  // namespace page_flag

namespace node_flag {
inline constexpr std::uint16_t big = 0x01;   ///< the data is the number of the first overflow page
inline constexpr std::uint16_t tree = 0x02;  ///< the data is a Tree
inline constexpr std::uint16_t duplicates = 0x04;
}  // namespace node_flag

/// The number at that offset; 0 if it is not entirely inside.
template <class T>
T load(ByteView bytes, std::size_t at) {
  T value{};
  if (at <= bytes.size() && bytes.size() - at >= sizeof value) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// MDB_db: a tree's root and its counts.
struct Tree {
  std::uint32_t pad = 0;  ///< in the free list's tree: the page size
  std::uint16_t flags = 0;
  std::uint16_t depth = 0;
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
  PageNumber root = no_page;

  static Tree read(ByteView bytes) {
    return {.pad = load<std::uint32_t>(bytes, 0),
            .flags = load<std::uint16_t>(bytes, 4),
            .depth = load<std::uint16_t>(bytes, 6),
            .branch_pages = load<std::uint64_t>(bytes, 8),
            .leaf_pages = load<std::uint64_t>(bytes, 16),
            .overflow_pages = load<std::uint64_t>(bytes, 24),
            .entries = load<std::uint64_t>(bytes, 32),
            .root = load<PageNumber>(bytes, 40)};
  }
};

/// MDB_meta with the header of its page.
struct Meta {
  PageNumber number = 0;
  std::uint16_t page_flags = 0;
  std::uint32_t magic = 0;
  std::uint32_t version = 0;
  std::uint64_t map_size = 0;
  Tree free_list;
  Tree tables;
  PageNumber last_page = 0;
  std::uint64_t transaction = 0;

  std::size_t page_size() const { return free_list.pad; }
  /// From the first page_header_size + meta_size bytes of a page.
  static Meta read(ByteView page) {
    const ByteView meta = page.size() > page_header_size ? page.subspan(page_header_size) : ByteView();
    const auto part = [meta](std::size_t at) { return meta.size() > at ? meta.subspan(at) : ByteView(); };
    return {.number = load<PageNumber>(page, 0),
            .page_flags = load<std::uint16_t>(page, 10),
            .magic = load<std::uint32_t>(meta, 0),
            .version = load<std::uint32_t>(meta, 4),
            .map_size = load<std::uint64_t>(meta, 16),
            .free_list = Tree::read(part(24)),
            .tables = Tree::read(part(24 + tree_size)),
            .last_page = load<PageNumber>(meta, 120),
            .transaction = load<std::uint64_t>(meta, 128)};
  }
};

/// MDB_node: a row of a leaf, or a child of a branch. Parts outside the page are empty.
class Node {
 public:
  Node() = default;
  explicit Node(ByteView from_here) : bytes_(from_here) {}

  std::uint16_t flags() const { return load<std::uint16_t>(bytes_, 4); }
  std::size_t key_size() const { return load<std::uint16_t>(bytes_, 6); }
  /// In a leaf: the size of the data, wherever it is stored.
  std::size_t data_size() const { return load<std::uint32_t>(bytes_, 0); }
  bool is_big() const { return (flags() & node_flag::big) != 0; }
  /// In a branch.
  PageNumber child() const { return load<std::uint32_t>(bytes_, 0) | PageNumber{flags()} << 32U; }

  ByteView key() const { return part(node_header_size, key_size()); }
  /// In a leaf: the data, or the number of the first overflow page.
  ByteView data() const { return part(node_header_size + key_size(), is_big() ? sizeof(PageNumber) : data_size()); }
  PageNumber overflow_page() const { return load<PageNumber>(data(), 0); }

  /// The size of the node in its page.
  std::size_t size_in_leaf() const {
    return even(node_header_size + key_size() + (is_big() ? sizeof(PageNumber) : data_size()));
  }
  std::size_t size_in_branch() const { return even(node_header_size + key_size()); }

 private:
  static std::size_t even(std::size_t size) { return (size + 1) & ~std::size_t{1}; }
  ByteView part(std::size_t at, std::size_t size) const {
    return at <= bytes_.size() && bytes_.size() - at >= size ? bytes_.subspan(at, size) : ByteView();
  }
  ByteView bytes_;
};

/// MDB_page: a whole page, or the first page of an overflow.
class Page {
 public:
  Page() = default;
  explicit Page(ByteView bytes) : bytes_(bytes) {}

  ByteView bytes() const { return bytes_; }
  PageNumber number() const { return load<PageNumber>(bytes_, 0); }
  std::uint16_t flags() const { return load<std::uint16_t>(bytes_, 10); }
  bool is_branch() const { return (flags() & page_flag::branch) != 0; }
  bool is_leaf() const { return (flags() & page_flag::leaf) != 0; }
  std::size_t lower() const { return load<std::uint16_t>(bytes_, 12); }
  std::size_t upper() const { return load<std::uint16_t>(bytes_, 14); }
  /// In the first page of an overflow: the number of its pages.
  std::uint32_t overflow_pages() const { return load<std::uint32_t>(bytes_, 12); }

  std::size_t nodes() const { return lower() > page_header_size ? (lower() - page_header_size) / 2 : 0; }
  std::size_t offset(std::size_t index) const { return load<std::uint16_t>(bytes_, page_header_size + 2 * index); }
  Node node(std::size_t index) const {
    const std::size_t at = offset(index);
    return at < bytes_.size() ? Node(bytes_.subspan(at)) : Node();
  }

 private:
  ByteView bytes_;
};

/// The number of pages of an overflow with that many bytes.
constexpr std::uint64_t pages_for_overflow(std::size_t bytes, std::size_t page_size) {
  return (page_header_size - 1 + bytes) / page_size + 1;
}

}  // namespace tacit::store::lmdb
