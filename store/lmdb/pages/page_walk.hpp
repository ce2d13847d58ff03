// A walk over the pages of an LMDB file, on one snapshot, that trusts none of them: it reads with pread(2), follows
// only page numbers inside the file, and visits no page twice. So it ends on any file, and finds faults that would make
// LMDB, which checks nothing, access memory beyond a page, loop forever, or allocate a page that is in use.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "store/lmdb/pages/page_fault.hpp"
#include "store/lmdb/pages/page_file.hpp"

namespace tacit::store {

/// A page that LMDB cannot have written.
struct PageDamage {
  std::string tree;  ///< "free list", "table of tables", or the table's name
  lmdb::PageNumber page = 0;
  std::string what;                       ///< follows "page N"
  crypto::Bytes from{};                   ///< first key behind the page; empty: the tree's first
  std::optional<crypto::Bytes> before{};  ///< the first key after them; std::nullopt: the tree's end
};

class PageWalk {
 public:
  struct Watcher {
    std::function<void(PageDamage)> damage;
    std::function<void(std::uint64_t pages)> progress{};  ///< number of pages checked so far
  };
  static constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

  /// `most`: the maximum number of pages to check. If that is not all, the upper levels of all trees come first. The
  /// caller pins the snapshot.
  PageWalk(const PageFile& file, const lmdb::Meta& snapshot, std::uint64_t most, Watcher watcher);

  void free_list();
  void tables();  ///< after the free list: a page that is free and in use is damage

  /// The same in slices: begins one of the two, and continues until about that time. False: it is done.
  void begin_free_list();
  void begin_tables();
  bool run(std::chrono::steady_clock::time_point stop);

  /// Whether a page is free or belongs to a tree, as far as the walk has come.
  bool is_known(lmdb::PageNumber page) const { return page < known_.size() && known_[page]; }
  std::uint64_t pages() const { return walked_; }

 private:
  struct Place {
    std::size_t tree = 0;
    lmdb::PageNumber page = 0;
    std::size_t level = 0;  ///< 0: the root
    crypto::Bytes from{};
    std::optional<crypto::Bytes> before{};
  };
  struct Walked {
    std::string name;
    lmdb::Tree tree;
    KeyOrder order = KeyOrder::bytes;
    bool sub_trees = false;
  };

  void add_tree(Walked tree, const Place* where);
  void visit(const Place& place);
  void branch(const Place& place, const lmdb::Page& page);
  void leaf(const Place& place, const lmdb::Page& page);
  void overflow(const Place& place, const lmdb::Node& node);
  void free_pages(const Place& place, const lmdb::Node& node);
  void sub_tree(const Place& place, const lmdb::Node& node);
  /// Claims the pages for one use. Returns the fault if they do not exist or are already claimed.
  std::optional<std::string> claim(lmdb::PageNumber first, std::uint64_t count);
  void damage(const Place& place, lmdb::PageNumber page, std::string what) const;
  bool counts_all() const { return most_ == all; }

  const PageFile& file_;
  const lmdb::Meta snapshot_;
  const std::uint64_t most_;
  const Watcher watcher_;
  std::uint64_t walked_ = 0;
  std::vector<bool> known_;
  std::vector<Walked> trees_;
  std::deque<Place> places_;
};

/// A key in readable form: the tenant and the row, the audit entry's sequence, else hex.
std::string key_text(const std::string& table, crypto::ByteView key);

/// In words: which page of which tree, the fault, and the keys behind it.
std::string to_string(const PageDamage& damage);

}  // namespace tacit::store
