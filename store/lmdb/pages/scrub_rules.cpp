#include "store/lmdb/pages/scrub_rules.hpp"

#include <algorithm>
#include <cstring>

namespace tacit::store {
namespace {

using lmdb::ByteView;
using lmdb::PageNumber;

constexpr std::size_t number_size = sizeof(PageNumber);

/// Whether these are descending page numbers, as in LMDB's lists, and then zeros.
bool are_falling_numbers(ByteView bytes, PageNumber last_page) {
  PageNumber before = last_page + 1;
  std::size_t at = 0;
  for (; at + number_size <= bytes.size(); at += number_size) {
    const auto number = lmdb::load<PageNumber>(bytes, at);
    if (number == 0) break;
    if (number >= before) return false;
    before = number;
  }
  return is_zero(bytes.subspan(at));
}

bool is_list(ByteView row, PageNumber last_page) {
  const auto count = lmdb::load<std::uint64_t>(row, 0);
  if (row.size() < number_size || count > row.size() / number_size - 1) return false;
  return are_falling_numbers(row.subspan(number_size), last_page);
}

bool is_bookkeeping_node(const lmdb::Node& node, PageNumber last_page) {
  if (node.flags() == lmdb::node_flag::tree) return node.data_size() == lmdb::tree_size;
  if (node.key_size() != number_size) return false;
  // The node of a big row contains only a page number.
  return node.is_big() || (node.flags() == 0 && is_list(node.data(), last_page));
}

bool is_bookkeeping_branch(const lmdb::Page& page) {
  for (std::size_t i = 0; i < page.nodes(); ++i) {
    const std::size_t size = page.node(i).key_size();
    if (size != 0 && size != number_size) return false;
  }
  return true;
}

}  // namespace

std::pair<std::size_t, std::size_t> gap_of(ByteView bytes) {
  constexpr unsigned kinds = lmdb::page_flag::branch | lmdb::page_flag::leaf;
  constexpr unsigned kept = 0x10 | 0x4000 | 0x8000;  // in memory only: dirty, loose, keep
  const lmdb::Page page(bytes);
  const unsigned kind = page.flags() & ~kept;
  const bool one_kind = kind != 0 && (kind & ~kinds) == 0 && kind != kinds;
  const bool sound =
      page.lower() >= lmdb::page_header_size && page.lower() <= page.upper() && page.upper() <= bytes.size();
  return one_kind && sound ? std::pair(page.lower(), page.upper()) : std::pair<std::size_t, std::size_t>();
}

void clear_gap(std::span<std::uint8_t> page) {
  const auto [from, to] = gap_of(page);
  std::ranges::fill(page.subspan(from, to - from), std::uint8_t{0});
}

bool is_zero(ByteView bytes) {
  // Each byte equals the previous one: the C library compares many bytes at a time.
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

bool has_clean_gap(ByteView page) {
  const auto [from, to] = gap_of(page);
  return is_zero(page.subspan(from, to - from));
}

std::size_t largest_node(std::size_t page_size) {
  constexpr std::size_t rows_at_least = 2;  // MDB_MINKEYS
  return ((page_size - lmdb::page_header_size) / rows_at_least & ~std::size_t{1}) - sizeof(std::uint16_t);
}

bool is_unreachable(std::uint64_t freed_by, std::uint64_t newest, std::uint64_t oldest_reader) {
  return freed_by + 1 < std::min(newest, oldest_reader);
}

bool waits_for_commits(std::uint64_t freed_by, std::uint64_t newest) { return freed_by + 1 >= newest; }

bool is_bookkeeping(ByteView bytes, PageNumber last_page) {
  const lmdb::Page page(bytes);
  if (page.flags() == lmdb::page_flag::overflow && page.number() <= last_page) {
    const ByteView list = bytes.subspan(lmdb::page_header_size);  // it may continue in further pages
    return lmdb::load<std::uint64_t>(list, 0) <= last_page && are_falling_numbers(list.subspan(number_size), last_page);
  }
  if (gap_of(bytes).first == 0) return are_falling_numbers(bytes, last_page);  // a further page of a long list
  if (!has_clean_gap(bytes)) return false;
  if (page.is_branch()) return is_bookkeeping_branch(page);
  for (std::size_t i = 0; i < page.nodes(); ++i) {
    if (!is_bookkeeping_node(page.node(i), last_page)) return false;
  }
  return true;
}

bool is_clean_list(ByteView row) {
  const auto count = lmdb::load<std::uint64_t>(row, 0);
  if (row.size() < number_size || count > row.size() / number_size - 1) return false;
  return is_zero(row.subspan((count + 1) * number_size));
}

std::uint64_t fingerprint(ByteView row) {
  std::uint64_t hash = row.size();
  for (std::size_t at = 0; at + number_size <= row.size(); at += number_size) {
    hash = (hash ^ lmdb::load<std::uint64_t>(row, at)) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29U;
  }
  return hash;
}

}  // namespace tacit::store
