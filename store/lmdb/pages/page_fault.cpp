#include "store/lmdb/pages/page_fault.hpp"

#include <algorithm>

namespace tacit::store {
namespace {

using lmdb::Node;
using lmdb::Page;

constexpr std::size_t integer_key_size = 8;

/// LMDB keeps a branch of the free list that has only one child.
std::size_t fewest_nodes(const Page& page, KeyOrder order) {
  return page.is_branch() && order == KeyOrder::bytes ? 2 : 1;
}

std::optional<std::string> header_fault(const Page& page, lmdb::PageNumber number, KeyOrder order) {
  if (page.number() != number) return "claims to be page " + std::to_string(page.number());
  if (page.flags() != lmdb::page_flag::branch && page.flags() != lmdb::page_flag::leaf) {
    return "is neither a branch nor a leaf of a tree";
  }
  const std::size_t size = page.bytes().size();
  if (page.lower() < lmdb::page_header_size || page.lower() % 2 != 0 || page.upper() % 2 != 0 ||
      page.lower() > page.upper() || page.upper() > size) {
    return "has its free space at an impossible place";
  }
  if (page.nodes() < fewest_nodes(page, order)) return "has no rows";
  return std::nullopt;
}

/// Whether the node lies between `upper` and the page's end, with its whole size.
bool lies_inside(const Page& page, std::size_t index, std::size_t& taken) {
  const std::size_t at = page.offset(index);
  const std::size_t size = page.bytes().size();
  if (at % 2 != 0 || at < page.upper() || at + lmdb::node_header_size > size) return false;
  const Node node = page.node(index);
  const std::size_t needs = page.is_branch() ? node.size_in_branch() : node.size_in_leaf();
  taken += needs;
  return needs <= size - at;
}

bool is_possible_row(const Node& node, bool sub_trees) {
  const std::uint16_t flags = node.flags();
  if (flags == 0 || flags == lmdb::node_flag::big) return true;
  return sub_trees && flags == lmdb::node_flag::tree && node.data_size() == lmdb::tree_size;
}

bool is_possible_key(const Page& page, std::size_t index, const Node& node, KeyOrder order) {
  // A branch's first key sorts before all others, whatever its bytes are.
  if (page.is_branch() && index == 0) return node.key_size() <= lmdb::longest_key;
  if (order == KeyOrder::integers) return node.key_size() == integer_key_size;
  return node.key_size() > 0 && node.key_size() <= lmdb::longest_key;
}

std::string at_node(const char* what, std::size_t index) {
  return std::string(what) + ", at its row " + std::to_string(index);
}

std::optional<std::string> rows_fault(const Page& page, const PagePlace& place) {
  const std::size_t first = page.is_branch() ? 1 : 0;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < page.nodes(); ++i) {
    if (!lies_inside(page, i, taken)) return at_node("has rows that do not lie inside it", i);
    const Node node = page.node(i);
    if (!is_possible_key(page, i, node, place.order)) return at_node("has a key of an impossible size", i);
    if (page.is_leaf() && !is_possible_row(node, place.sub_trees)) {
      return at_node("has a row of an unknown kind", i);
    }
    if (i > first && compare_keys(place.order, page.node(i - 1).key(), node.key()) >= 0) {
      return at_node("has keys that are not in order", i);
    }
  }
  if (taken > page.bytes().size() - page.upper()) return "has rows that overlap";
  return std::nullopt;
}

/// Expects its rows in order.
bool is_misplaced(const Page& page, const PagePlace& place) {
  const std::size_t first = page.is_branch() ? 1 : 0;
  if (first >= page.nodes()) return false;
  if (!place.from.empty() && compare_keys(place.order, page.node(first).key(), place.from) < 0) return true;
  return place.before && compare_keys(place.order, page.node(page.nodes() - 1).key(), *place.before) >= 0;
}

}  // namespace

std::strong_ordering compare_keys(KeyOrder order, crypto::ByteView a, crypto::ByteView b) {
  if (order == KeyOrder::integers) return lmdb::load<std::uint64_t>(a, 0) <=> lmdb::load<std::uint64_t>(b, 0);
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
}

std::optional<std::string> page_fault(const Page& page, const PagePlace& place) {
  if (auto why = header_fault(page, place.number, place.order)) return why;
  if (page.is_leaf() != (place.level + 1 == place.depth)) return "is on the wrong level of its tree";
  if (auto why = rows_fault(page, place)) return why;
  if (is_misplaced(page, place)) return "has keys that belong elsewhere";
  return std::nullopt;
}

std::optional<std::string> overflow_fault(const Page& page, lmdb::PageNumber number, std::size_t bytes,
                                          lmdb::PageNumber last) {
  if (page.number() != number) return "claims to be page " + std::to_string(page.number());
  if (page.flags() != lmdb::page_flag::overflow) return "holds no long row, although a row refers to one";
  const std::uint64_t pages = page.overflow_pages();
  if (pages < lmdb::pages_for_overflow(bytes, page.bytes().size()) || pages > last - number + 1) {
    return "claims to continue for " + std::to_string(pages) + " pages, which is impossible";
  }
  return std::nullopt;
}

}  // namespace tacit::store
