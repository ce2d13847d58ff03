#include "store/lmdb/scrub/scrub_live.hpp"

#include <lmdb.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/environment/lmdb_txn.hpp"
#include "store/lmdb/pages/scrub_put.hpp"
#include "store/lmdb/pages/scrub_rules.hpp"

namespace tacit::store {
namespace {

using crypto::Bytes;
using crypto::ByteView;
using lmdb::PageNumber;

constexpr std::size_t most_places = 32;

Bytes bytes_of(ByteView view) { return {view.begin(), view.end()}; }

constexpr const char* name_of_tables = "main";  // of the table of tables, which has no name

}  // namespace

LiveScan::LiveScan(const LmdbEnv& env, ScrubFile& file) : env_(env), file_(file) {}

bool LiveScan::step(ScrubClock::time_point stop) {
  const bool more = walk(stop);
  if (result_.error == 0 && (places_.size() >= most_places || (!more && !places_.empty()))) {
    result_.error = rewrite();
  }
  return more && result_.error == 0;
}

bool LiveScan::walk(ScrubClock::time_point stop) {
  const TxnPtr snapshot = begin_txn(env_.handle(), MDB_RDONLY, result_.error);
  if (!snapshot) return false;
  if (!find_trees(snapshot.get())) return true;  // a commit came between: use another snapshot
  while (tree_ < trees_.size()) {
    const Tree& tree = trees_[tree_];
    bool at_leaf = descend(tree.root);
    for (; at_leaf; at_leaf = next_leaf()) {
      look_at_leaf(tree);
      if (places_.size() >= most_places || ScrubClock::now() >= stop) return true;
    }
    if (result_.error != 0) return false;
    ++tree_;
    after_.reset();
  }
  return false;
}

bool LiveScan::find_trees(MDB_txn* snapshot) {
  const auto meta = file_.meta_of(snapshot);
  if (!meta) return false;
  trees_ = {{"", meta->free_list.root}, {name_of_tables, meta->tables.root}};
  for (const char* const name : table_names) {
    MDB_val key{std::char_traits<char>::length(name), const_cast<char*>(name)};
    MDB_val data{};
    constexpr MDB_dbi table_of_tables = 1;
    const int code = mdb_get(snapshot, table_of_tables, &key, &data);
    const auto* const at = static_cast<const std::uint8_t*>(data.mv_data);
    if (code == MDB_SUCCESS && data.mv_size == lmdb::tree_size) {
      trees_.push_back({name, lmdb::Tree::read(ByteView(at, data.mv_size)).root});
    }
  }
  return true;
}

bool LiveScan::is_before(ByteView left, ByteView right) const {
  // The free list's keys are transaction numbers.
  if (tree_ == 0) return lmdb::load<std::uint64_t>(left, 0) < lmdb::load<std::uint64_t>(right, 0);
  return std::ranges::lexicographical_compare(left, right);
}

bool LiveScan::load(PageNumber number) {
  if (path_.size() >= lmdb::deepest_tree) {
    result_.error = MDB_CORRUPTED;
    return false;
  }
  Level level;
  level.page.resize(file_.page_size());
  if (!file_.read(number, 0, level.page)) {
    result_.error = MDB_PAGE_NOTFOUND;
    return false;
  }
  const lmdb::Page page(level.page);
  if ((!page.is_branch() && !page.is_leaf()) || page.nodes() == 0 || gap_of(level.page).first == 0) {
    result_.error = MDB_CORRUPTED;
    return false;
  }
  level.unclean = !has_clean_gap(level.page);
  ++done_;
  path_.push_back(std::move(level));
  return true;
}

bool LiveScan::descend(PageNumber root) {
  path_.clear();
  if (root == lmdb::no_page || !go_down(root, !after_)) return false;
  if (!after_) return true;
  // The leaf of the last key: the keys after it may begin in the next leaf.
  const lmdb::Page leaf(path_.back().page);
  const bool has_more = is_before(*after_, leaf.node(leaf.nodes() - 1).key());
  return has_more || next_leaf();
}

bool LiveScan::go_down(PageNumber number, bool to_first) {
  for (;;) {
    if (!load(number)) return false;
    Level& level = path_.back();
    const lmdb::Page page(level.page);
    if (page.is_leaf()) return true;
    // The first child has all keys before the second one's key.
    if (!to_first) {
      while (level.index + 1 < page.nodes() && !is_before(*after_, page.node(level.index + 1).key())) ++level.index;
    }
    number = page.node(level.index).child();
  }
}

bool LiveScan::next_leaf() {
  while (!path_.empty()) {
    path_.pop_back();
    if (path_.empty()) return false;
    Level& parent = path_.back();
    const lmdb::Page page(parent.page);
    if (++parent.index < page.nodes()) return go_down(page.node(parent.index).child(), true);
  }
  return false;
}

void LiveScan::look_at_leaf(const Tree& tree) {
  const lmdb::Page leaf(path_.back().page);
  const bool path_is_unclean = std::ranges::any_of(path_, &Level::unclean);
  for (Level& level : path_) level.unclean = false;
  if (path_is_unclean) note(tree, leaf.node(0).key());
  for (std::size_t i = 0; i < leaf.nodes(); ++i) {
    const lmdb::Node node = leaf.node(i);
    if (!is_clean_row(node, tree.name.empty())) note(tree, node.key());
  }
  after_ = bytes_of(leaf.node(leaf.nodes() - 1).key());
}

bool LiveScan::is_clean_row(const lmdb::Node& node, bool is_list) {
  if (!node.is_big()) return !is_list || is_clean_list(node.data());
  std::array<std::uint8_t, lmdb::page_header_size + sizeof(std::uint64_t)> head{};
  if (!file_.read(node.overflow_page(), 0, head)) return true;
  const lmdb::Page page(head);
  const std::uint64_t pages = page.overflow_pages();
  if (pages < lmdb::pages_for_overflow(node.data_size(), file_.page_size()) || pages > file_.pages()) return true;
  done_ += pages;
  const std::size_t whole = pages * file_.page_size();
  std::size_t used = lmdb::page_header_size + node.data_size();
  if (is_list) {
    const auto numbers = lmdb::load<std::uint64_t>(head, lmdb::page_header_size) + 1;
    used = std::min<std::size_t>(used, lmdb::page_header_size + numbers * sizeof(PageNumber));
  }
  rest_.resize(whole - used);
  return !file_.read(node.overflow_page(), used, rest_) || is_zero(rest_);
}

void LiveScan::note(const Tree& tree, ByteView key) {
  ++result_.unclean;
  if (tree.name.empty()) {
    result_.stale_list = true;
  } else if (tree.name != name_of_tables) {  // the table of tables is written with every commit
    places_.push_back({tree.name, bytes_of(key)});
  }
}

int LiveScan::rewrite() {
  int code = MDB_SUCCESS;
  TxnPtr txn = begin_txn(env_.handle(), 0, code);
  for (const Place& place : places_) {
    if (code != MDB_SUCCESS) break;
    const auto* const found = std::ranges::find(table_names, place.table);
    const auto table = env_.table(static_cast<Table>(found - table_names.begin()));
    MDB_val key{place.key.size(), const_cast<std::uint8_t*>(place.key.data())};
    MDB_val data{};
    code = mdb_get(txn.get(), table, &key, &data);
    if (code == MDB_NOTFOUND) {
      code = MDB_SUCCESS;  // removed meanwhile, with the pages on its path
      continue;
    }
    if (code != MDB_SUCCESS) break;
    const Bytes value = bytes_of(ByteView(static_cast<const std::uint8_t*>(data.mv_data), data.mv_size));
    code = put_clean(txn.get(), table, place.key, value, 0, file_.page_size());
  }
  places_.clear();
  if (code != MDB_SUCCESS) return code;
  ++result_.commits;
  return mdb_txn_commit(txn.release());
}

}  // namespace tacit::store
