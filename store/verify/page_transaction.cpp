#include "store/verify/page_transaction.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "store/engine/whereabouts.hpp"
#include "store/model/findings.hpp"
#include "store/rows/audit_slot_key.hpp"

namespace tacit::store {
namespace {

/// No row of a store is nearly as long.
constexpr std::size_t longest_row = std::size_t{64} << 20;
/// Bytes of rows that one scan holds.
constexpr std::size_t most_held = std::size_t{4} << 20;

bool less(ByteView a, ByteView b) { return compare_keys(KeyOrder::bytes, a, b) < 0; }

Bytes copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

[[noreturn]] void changes() { throw std::logic_error("a change was attempted on a read-only store"); }

}  // namespace

PageTransaction::Tree PageTransaction::tables() const { return {"table of tables", pages_.snapshot().tables, true}; }

std::optional<PageTransaction::Tree> PageTransaction::find(Table table) {
  auto& found = found_[static_cast<std::size_t>(table)];
  if (found) return found;
  const std::string name = table_names[static_cast<std::size_t>(table)];
  const Tree all = tables();
  const Search search = run({.tree = all, .start = crypto::as_bytes(name), .limit = 1});
  if (search.rows.empty() || !std::ranges::equal(search.rows[0].key, crypto::as_bytes(name)) || !search.sub_trees[0]) {
    return std::nullopt;
  }
  found = Tree{name, lmdb::Tree::read(search.rows[0].value), false};
  return found;
}

PageTransaction::Search PageTransaction::run(Search search) {
  results_.emplace_back();
  if (results_.size() > kept_results) results_.pop_front();
  const lmdb::Tree& tree = search.tree.tree;
  // A tree with flags has another order.
  if (tree.root == lmdb::no_page || tree.depth == 0 || tree.depth > lmdb::deepest_tree || tree.flags != 0)
    return search;
  PagePlace root;
  root.number = tree.root;
  root.sub_trees = search.tree.sub_trees;
  root.depth = tree.depth;
  if (search.limit > 0) visit(search, root);
  return search;
}

bool PageTransaction::visit(Search& search, const PagePlace& place) {
  note_work(FileWork::reading, place.number);
  Bytes buffer;
  std::optional<std::string> why;
  if (!pages_.file().has(place.number)) {
    why = "does not exist";
  } else {
    why = pages_.file().read(place.number, buffer);
  }
  const lmdb::Page page(buffer);
  if (!why) why = page_fault(page, place);
  if (why) {
    damage(search, place, place.number, std::move(*why));
    return true;
  }
  const std::size_t nodes = page.nodes();
  for (std::size_t n = 0; n < nodes; ++n) {
    const std::size_t i = search.backwards ? nodes - 1 - n : n;
    const bool goes_on = page.is_branch() ? visit_child(search, place, page, i) : take(search, place, page.node(i));
    if (!goes_on) return false;
  }
  return true;
}

bool PageTransaction::visit_child(Search& search, const PagePlace& parent, const lmdb::Page& page, std::size_t index) {
  PagePlace child = parent;
  child.number = page.node(index).child();
  ++child.level;
  if (index > 0) child.from = page.node(index).key();
  // All of it is behind the end of the search.
  if (index > 0 && search.before && !less(page.node(index).key(), *search.before)) return true;
  if (index + 1 < page.nodes()) child.before = page.node(index + 1).key();
  // All of it is before the start of the search.
  if (child.before && !less(search.start, *child.before)) return true;
  return visit(search, child);
}

bool PageTransaction::take(Search& search, const PagePlace& place, const lmdb::Node& node) {
  if (less(node.key(), search.start) || (search.before && !less(node.key(), *search.before))) return true;
  auto data = data_of(search, place, node);
  if (!data) return true;
  search.bytes += data->size() + node.key_size();
  const ByteView key = hold(copy(node.key()));
  search.rows.push_back({key, hold(std::move(*data))});
  search.sub_trees.push_back((node.flags() & lmdb::node_flag::tree) != 0);
  return search.rows.size() < search.limit && search.bytes < most_held;
}

std::optional<Bytes> PageTransaction::data_of(const Search& search, const PagePlace& place, const lmdb::Node& node) {
  if (!node.is_big()) return copy(node.data());
  const PageFile& file = pages_.file();
  const lmdb::PageNumber first = node.overflow_page();
  Bytes data;
  std::optional<std::string> why;
  if (!file.has(first)) {
    why = "does not exist";
  } else if (node.data_size() > longest_row) {
    why = "is given as the start of a row of " + std::to_string(node.data_size()) + " bytes, an impossible size";
  } else {
    why = file.read(first, data);
  }
  if (!why) why = overflow_fault(lmdb::Page(data), first, node.data_size(), file.last());
  if (!why) why = file.read(first * file.page_size() + lmdb::page_header_size, node.data_size(), data);
  if (!why) return data;
  PagePlace row = place;
  row.from = node.key();
  damage(search, row, first, std::move(*why));
  return std::nullopt;
}

void PageTransaction::damage(const Search& search, const PagePlace& place, lmdb::PageNumber page, std::string what) {
  PageDamage found{.tree = search.tree.name, .page = page, .what = std::move(what), .from = copy(place.from)};
  if (place.before) found.before = copy(*place.before);
  pages_.note(std::move(found));
}

ByteView PageTransaction::hold(Bytes bytes) { return results_.back().held.emplace_back(std::move(bytes)); }

Task<std::optional<ByteView>> PageTransaction::get(Table table, ByteView key) {
  const auto tree = find(table);
  if (!tree || key.empty()) return std::optional<ByteView>();
  const Search search = run({.tree = *tree, .start = key, .limit = 1});
  if (search.rows.empty() || !std::ranges::equal(search.rows[0].key, key)) return std::optional<ByteView>();
  return std::optional<ByteView>(search.rows[0].value);
}

Task<std::vector<Row>> PageTransaction::scan(Table table, ByteView prefix, ByteView start, std::size_t limit) {
  const auto tree = find(table);
  if (!tree) return std::vector<Row>();
  Search search = run({.tree = *tree, .start = less(start, prefix) ? prefix : start, .limit = limit});
  const auto ends = std::ranges::find_if(search.rows, [prefix](const Row& row) {
    return row.key.size() < prefix.size() || !std::ranges::equal(row.key.first(prefix.size()), prefix);
  });
  search.rows.erase(ends, search.rows.end());
  return std::move(search.rows);
}

Task<std::optional<Row>> PageTransaction::newest_entry(AuditSlot slot) {
  const auto tree = find(Table::audit);
  if (!tree) return std::optional<Row>();
  const Search last = run({.tree = *tree, .start = {}, .limit = 1, .backwards = true});
  if (last.rows.empty()) return std::optional<Row>();
  if (audit_slot_of_key(last.rows[0].key) == slot) return std::optional<Row>(last.rows[0]);
  const auto end = audit_slot_prefix(AuditSlot{static_cast<std::uint16_t>(slot.number + 1)});
  const Search search = run({.tree = *tree, .start = {}, .limit = 1, .backwards = true, .before = ByteView(end)});
  if (search.rows.empty() || audit_slot_of_key(search.rows[0].key) != slot) return std::optional<Row>();
  return std::optional<Row>(search.rows[0]);
}

Task<std::vector<AuditSlot>> PageTransaction::audit_slots() {
  std::vector<AuditSlot> slots;
  const auto tree = find(Table::audit);
  Bytes start;
  while (tree) {
    const Search search = run({.tree = *tree, .start = start, .limit = 1});
    if (search.rows.empty()) break;
    const ByteView key = search.rows[0].key;
    const AuditSlot slot = audit_slot_of_key(key);
    if (slots.empty() || slot > slots.back()) {
      slots.push_back(slot);
      const auto next = audit_slot_prefix(AuditSlot{static_cast<std::uint16_t>(slot.number + 1)});
      start.assign(next.begin(), next.end());
    } else {  // a row that is no entry
      start = copy(key);
      start.push_back(0);
    }
  }
  return slots;
}

Task<std::uint64_t> PageTransaction::strangers() {
  const Tree all = tables();
  const Search search = run({.tree = all, .start = {}, .limit = most_findings});
  const auto is_stranger = [](const Row& row) {
    return std::ranges::find(table_names, crypto::as_text(row.key)) == table_names.end();
  };
  return static_cast<std::uint64_t>(std::ranges::count_if(search.rows, is_stranger));
}

Task<std::uint64_t> PageTransaction::estimate(Table table) {
  const auto tree = find(table);
  return tree ? tree->tree.entries : std::uint64_t{0};
}

void PageTransaction::put(Table /*table*/, ByteView /*key*/, ByteView /*value*/) { changes(); }
void PageTransaction::erase(Table /*table*/, ByteView /*key*/) { changes(); }
void PageTransaction::log(std::string /*body*/) { changes(); }

}  // namespace tacit::store
