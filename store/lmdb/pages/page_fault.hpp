// Whether a page of an LMDB file can be what LMDB wrote: the check before anybody follows what the page says. Pure.
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "store/lmdb/pages/lmdb_pages.hpp"

namespace tacit::store {

/// How a tree orders its keys.
enum class KeyOrder : std::uint8_t {
  bytes,     ///< by their bytes; of two that begin alike the shorter is first
  integers,  ///< the free list: transactions, of 8 bytes
};

std::strong_ordering compare_keys(KeyOrder order, crypto::ByteView a, crypto::ByteView b);

/// Where a page belongs.
struct PagePlace {
  lmdb::PageNumber number = 0;
  KeyOrder order = KeyOrder::bytes;
  bool sub_trees = false;                    ///< the tree's rows may be the roots of other trees
  std::size_t level = 0;                     ///< 0: the root
  std::size_t depth = 0;                     ///< of the tree: leaves are on the level before
  crypto::ByteView from{};                   ///< the first key that it may have; empty: the tree's first
  std::optional<crypto::ByteView> before{};  ///< the first that it may not have; nothing: the tree's last is good
};

/// What is wrong with a branch or a leaf, in words that follow "page N"; nothing if LMDB can look at all of it without
/// leaving it, all numbers that it holds aside: those of children and overflows are for the caller to judge.
std::optional<std::string> page_fault(const lmdb::Page& page, const PagePlace& place);

/// Likewise of the first page of an overflow that holds so many bytes. `last`: the file's last page.
std::optional<std::string> overflow_fault(const lmdb::Page& page, lmdb::PageNumber number, std::size_t bytes,
                                          lmdb::PageNumber last);

}  // namespace tacit::store
