#include "store/lmdb/pages/page_walk.hpp"

#include <algorithm>
#include <utility>

#include "crypto/ids/key_id.hpp"
#include "crypto/ids/uuid.hpp"
#include "store/engine/whereabouts.hpp"

namespace tacit::store {
namespace {

using lmdb::Node;
using lmdb::Page;
using lmdb::PageNumber;

constexpr std::size_t number_size = sizeof(PageNumber);

crypto::Bytes copy(crypto::ByteView bytes) { return {bytes.begin(), bytes.end()}; }

/// A table's name if this program uses it; others are not printed.
std::string table_name(crypto::ByteView key) {
  const std::string_view name = crypto::as_text(key);
  const bool plain =
      name.size() < 32 && std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return plain ? std::string(name) : "another table";
}

}  // namespace

PageWalk::PageWalk(const PageFile& file, const lmdb::Meta& snapshot, std::uint64_t most, Watcher watcher)
    : file_(file), snapshot_(snapshot), most_(most), watcher_(std::move(watcher)), known_(file.last() + 1) {}

void PageWalk::free_list() {
  begin_free_list();
  run(std::chrono::steady_clock::time_point::max());
}

void PageWalk::tables() {
  begin_tables();
  run(std::chrono::steady_clock::time_point::max());
}

void PageWalk::begin_free_list() { add_tree({"free list", snapshot_.free_list, KeyOrder::integers, false}, nullptr); }

void PageWalk::begin_tables() { add_tree({"table of tables", snapshot_.tables, KeyOrder::bytes, true}, nullptr); }

void PageWalk::add_tree(Walked tree, const Place* where) {
  if (tree.tree.root == lmdb::no_page && tree.tree.depth == 0) return;
  const PageNumber root = tree.tree.root;
  trees_.push_back(std::move(tree));
  Place place;
  place.tree = trees_.size() - 1;
  place.page = root;
  if (trees_.back().tree.depth == 0 || trees_.back().tree.depth > lmdb::deepest_tree) {
    return damage(place, where != nullptr ? where->page : 0, "gives its tree an impossible number of levels");
  }
  places_.push_back(std::move(place));
}

bool PageWalk::run(std::chrono::steady_clock::time_point stop) {
  const bool ends = stop != std::chrono::steady_clock::time_point::max();
  while (!places_.empty() && walked_ < most_) {
    // The whole file: depth first, so that few places wait. A part: breadth first.
    Place place = std::move(counts_all() ? places_.back() : places_.front());
    counts_all() ? places_.pop_back() : places_.pop_front();
    visit(place);
    if (ends && std::chrono::steady_clock::now() >= stop) return true;
  }
  places_.clear();
  return false;
}

void PageWalk::visit(const Place& place) {
  if (auto why = claim(place.page, 1)) return damage(place, place.page, std::move(*why));
  ++walked_;
  note_work(FileWork::checking, place.page);
  if (watcher_.progress) watcher_.progress(walked_);
  crypto::Bytes buffer;
  if (auto why = file_.read(place.page, buffer)) return damage(place, place.page, std::move(*why));
  const Page page(buffer);
  const Walked& tree = trees_[place.tree];
  PagePlace belongs{.number = place.page,
                    .order = tree.order,
                    .sub_trees = tree.sub_trees,
                    .level = place.level,
                    .depth = tree.tree.depth,
                    .from = place.from};
  if (place.before) belongs.before = *place.before;
  if (auto why = page_fault(page, belongs)) return damage(place, place.page, std::move(*why));
  page.is_branch() ? branch(place, page) : leaf(place, page);
}

void PageWalk::branch(const Place& place, const Page& page) {
  const std::size_t nodes = page.nodes();
  // Backwards if the last place added is the next one taken.
  for (std::size_t n = 0; n < nodes; ++n) {
    if (!counts_all() && places_.size() >= most_) return;
    const std::size_t i = counts_all() ? nodes - 1 - n : n;
    Place child;
    child.tree = place.tree;
    child.page = page.node(i).child();
    child.level = place.level + 1;
    child.from = i == 0 ? place.from : copy(page.node(i).key());
    if (i + 1 < nodes) {
      child.before = copy(page.node(i + 1).key());
    } else {
      child.before = place.before;
    }
    places_.push_back(std::move(child));
  }
}

void PageWalk::leaf(const Place& place, const Page& page) {
  const bool free_list = trees_[place.tree].order == KeyOrder::integers;
  for (std::size_t i = 0; i < page.nodes(); ++i) {
    const Node node = page.node(i);
    if (node.is_big()) overflow(place, node);
    if (free_list) free_pages(place, node);
    if ((node.flags() & lmdb::node_flag::tree) != 0) sub_tree(place, node);
  }
}

void PageWalk::overflow(const Place& place, const Node& node) {
  const PageNumber first = node.overflow_page();
  crypto::Bytes buffer;
  std::optional<std::string> why;
  if (!file_.has(first)) {
    why = "does not exist";
  } else {
    why = file_.read(first, buffer);
  }
  const Page page(buffer);
  if (!why) why = overflow_fault(page, first, node.data_size(), file_.last());
  if (!why) why = claim(first, page.overflow_pages());
  if (!why) return;
  Place row = place;
  row.from = copy(node.key());
  damage(row, first, std::move(*why));
}

/// A row of the free list: the number of pages, and their numbers, the largest first.
void PageWalk::free_pages(const Place& place, const Node& node) {
  constexpr std::size_t numbers_at_once = 8192;
  crypto::Bytes buffer;
  const auto read = [&](std::size_t at, std::size_t size) -> std::optional<std::string> {
    if (!node.is_big()) {
      buffer = copy(node.data().subspan(at, size));
      return std::nullopt;
    }
    if (!file_.has(node.overflow_page())) return "does not exist";
    return file_.read(node.overflow_page() * file_.page_size() + lmdb::page_header_size + at, size, buffer);
  };
  const PageNumber page = node.is_big() ? node.overflow_page() : place.page;
  if (node.data_size() < number_size) return damage(place, page, "has a row of the free list that is too short");
  if (auto why = read(0, number_size)) return damage(place, page, std::move(*why));
  const std::uint64_t count = lmdb::load<std::uint64_t>(buffer, 0);
  if (count > node.data_size() / number_size - 1) {
    return damage(place, page, "counts more free pages than it lists");
  }
  PageNumber before = file_.last() + 1;
  for (std::uint64_t done = 0; done < count;) {
    const std::size_t now = std::min<std::uint64_t>(count - done, numbers_at_once);
    if (auto why = read((done + 1) * number_size, now * number_size)) return damage(place, page, std::move(*why));
    for (std::size_t i = 0; i < now; ++i) {
      const PageNumber free = lmdb::load<PageNumber>(buffer, i * number_size);
      if (free >= before) return damage(place, page, "has free pages that are not in order");
      if (auto why = claim(free, 1)) {
        return damage(place, page, "lists page " + std::to_string(free) + " as free, which " + *why);
      }
      before = free;
    }
    done += now;
  }
}

void PageWalk::sub_tree(const Place& place, const Node& node) {
  const lmdb::Tree tree = lmdb::Tree::read(node.data());
  // No version of this program makes such a tree; LMDB does not read it unless it is opened.
  if (tree.flags != 0) return;
  add_tree({table_name(node.key()), tree, KeyOrder::bytes, false}, &place);
}

std::optional<std::string> PageWalk::claim(PageNumber first, std::uint64_t count) {
  if (!file_.has(first) || count > file_.last() - first + 1) return "does not exist";
  for (PageNumber page = first; page < first + count; ++page) {
    if (known_[page])
      return count == 1 ? "already has another use" : "continues over pages that already have another use";
  }
  std::fill_n(known_.begin() + static_cast<std::ptrdiff_t>(first), count, true);
  return std::nullopt;
}

void PageWalk::damage(const Place& place, PageNumber page, std::string what) const {
  watcher_.damage({.tree = trees_[place.tree].name,
                   .page = page,
                   .what = std::move(what),
                   .from = place.from,
                   .before = place.before});
}

std::string key_text(const std::string& table, crypto::ByteView key) {
  crypto::Uuid tenant;
  if (table == "tenants" && key.size() >= tenant.bytes.size()) {
    std::copy_n(key.begin(), tenant.bytes.size(), tenant.bytes.begin());
    const crypto::ByteView rest = key.subspan(tenant.bytes.size());
    return "tenant " + tenant.str() + (rest.empty() ? "" : " row " + crypto::to_hex(rest));
  }
  if (table == "audit" && key.size() == sizeof(std::uint64_t)) {
    std::uint64_t sequence = 0;
    for (const std::uint8_t byte : key) sequence = sequence << 8U | byte;
    return "entry " + std::to_string(sequence);
  }
  return "key " + crypto::to_hex(key);
}

std::string to_string(const PageDamage& damage) {
  std::string text = "page " + std::to_string(damage.page) + " " + damage.what + " (" + damage.tree;
  if (damage.tree == "free list" || damage.tree == "table of tables") return text + ")";
  text += damage.from.empty() ? ", from its beginning" : ", from " + key_text(damage.tree, damage.from);
  return text + (damage.before ? " to before " + key_text(damage.tree, *damage.before) + ")" : " to its end)");
}

}  // namespace tacit::store
