// The rules for overwriting freed bytes: which bytes of a page are unused, which freed pages are no longer reachable,
// and which of them never held a row. Pure.
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
/// kind, or one with an invalid header.
std::pair<std::size_t, std::size_t> gap_of(lmdb::ByteView page);
/// Zeroes the free area.
void clear_gap(std::span<std::uint8_t> page);
bool is_zero(lmdb::ByteView bytes);
bool has_clean_gap(lmdb::ByteView page);

/// The largest row, with key and header, that LMDB keeps in its leaf; a larger one gets its own pages.
std::size_t largest_node(std::size_t page_size);

/// Whether the pages that transaction `freed_by` freed are unreachable. `newest` is the transaction of the last commit,
/// and `oldest_reader` the oldest snapshot in use (UINT64_MAX: none is). LMDB itself reuses such a page when freed_by <
/// min(newest, oldest_reader): then neither meta page leads to it. This waits for one more commit, so that even the
/// state before the older meta page's stays intact.
bool is_unreachable(std::uint64_t freed_by, std::uint64_t newest, std::uint64_t oldest_reader);
/// Whether more commits are needed until then. If not, a reader uses an older snapshot.
bool waits_for_commits(std::uint64_t freed_by, std::uint64_t newest);

/// Whether a freed page can only be LMDB's own: the free list, the table of tables, branches of the audit log. Such a
/// page contains numbers and table names, and an empty free area. An empty commit frees such pages each time, so
/// waiting for them to be overwritten would never end.
bool is_bookkeeping(lmdb::ByteView page, lmdb::PageNumber last_page);

/// For a row of the free list: whether all bytes after its valid numbers are zero.
bool is_clean_list(lmdb::ByteView row);
/// A number that distinguishes rows of the free list.
std::uint64_t fingerprint(lmdb::ByteView row);

}  // namespace tacit::store
