// What the overwriting of freed bytes goes by: which bytes of a page belong to nothing, which freed pages nobody
// reaches any more, and which of them never held a row. Pure.
//
// Source: LMDB's mdb.c, 0.9.24 and 0.9.31: mdb_find_oldest and mdb_page_alloc (when a freed page may be used again),
// mdb_freelist_save (rows of the free list), mdb_node_add and mdb_node_del (a page's free area).
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "store/lmdb/pages/lmdb_pages.hpp"

namespace tacit::store {

/// The free area of a branch or a leaf, between its list of nodes and its nodes: from, to. Empty for a page of another
/// kind, or one whose header makes no sense.
std::pair<std::size_t, std::size_t> gap_of(lmdb::ByteView page);
/// Zeroes it.
void clear_gap(std::span<std::uint8_t> page);
bool is_zero(lmdb::ByteView bytes);
bool has_clean_gap(lmdb::ByteView page);

/// LMDB keeps a row in its leaf up to this size, with key and header; a larger one gets pages of its own.
std::size_t largest_node(std::size_t page_size);

/// Whether nobody can reach what transaction `freed_by` freed. `newest` is the transaction of the last commit, and
/// `oldest_reader` the oldest snapshot that anybody looks at (UINT64_MAX: nobody does). LMDB itself uses such a page
/// again when freed_by < min(newest, oldest_reader): then neither meta page leads to it. This waits for one commit
/// more, so that even the state before the older meta page's stays whole.
bool is_unreachable(std::uint64_t freed_by, std::uint64_t newest, std::uint64_t oldest_reader);
/// Whether further commits are missing until that is so. If not, somebody looks at an older snapshot.
bool waits_for_commits(std::uint64_t freed_by, std::uint64_t newest);

/// Whether a freed page can only have been LMDB's own: the free list, the table of tables, branches of the audit log.
/// Holds numbers and the tables' names, and nothing in the free area. An empty commit frees such pages each time, so
/// who waited for these to be overwritten too would never be done.
bool is_bookkeeping(lmdb::ByteView page, lmdb::PageNumber last_page);

/// Of a row of the free list: whether all behind the numbers that count is zero.
bool is_clean_list(lmdb::ByteView row);
/// A number that tells rows of the free list apart.
std::uint64_t fingerprint(lmdb::ByteView row);

}  // namespace tacit::store
