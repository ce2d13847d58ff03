// Whether LMDB can have written a page of its file: the check before the page is followed. Pure.
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "store/lmdb/pages/lmdb_pages.hpp"

namespace tacit::store {

/// How a tree orders its keys.
enum class KeyOrder : std::uint8_t {
  bytes,     ///< by their bytes; a prefix comes before a longer key
  integers,  ///< the free list: transactions, of 8 bytes
};

std::strong_ordering compare_keys(KeyOrder order, crypto::ByteView a, crypto::ByteView b);

/// The place of a page.
struct PagePlace {
  lmdb::PageNumber number = 0;
  KeyOrder order = KeyOrder::bytes;
  bool sub_trees = false;                    ///< the tree's rows may be the roots of other trees
  std::size_t level = 0;                     ///< 0: the root
  std::size_t depth = 0;                     ///< of the tree: leaves are on the last level
  crypto::ByteView from{};                   ///< the first permitted key; empty: the tree's first
  std::optional<crypto::ByteView> before{};  ///< the first key that is too large; std::nullopt: no limit
};

/// What is wrong with a branch or a leaf, in words that follow "page N"; std::nullopt if LMDB can read all of it
/// without leaving the page. The caller checks the page numbers of children and overflows.
std::optional<std::string> page_fault(const lmdb::Page& page, const PagePlace& place);

/// The same for the first page of an overflow of that many bytes. `last`: the file's last page.
std::optional<std::string> overflow_fault(const lmdb::Page& page, lmdb::PageNumber number, std::size_t bytes,
                                          lmdb::PageNumber last);

}  // namespace tacit::store
