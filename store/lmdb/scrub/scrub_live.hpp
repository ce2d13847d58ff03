// Walks over the pages in use and finds unused bytes: in the free areas of branches and leaves, and after rows in their
// own pages. Programs without store/lmdb/pages/scrub_writes.hpp wrote such pages. They are rewritten by a put of one of
// their rows with its present value: LMDB copies the pages on the path, and the old ones are overwritten once they are
// unreachable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/memory/bytes.hpp"
#include "store/lmdb/scrub/scrub_free.hpp"

namespace tacit::store {

struct LiveScanResult {
  std::uint64_t unclean = 0;  ///< places found
  std::uint64_t commits = 0;  ///< commits for the rewritten rows
  bool stale_list = false;    ///< some are in the free list, which cannot be rewritten by a put
  int error = 0;              ///< LMDB's code, or errno; 0: none
};

class LiveScan {
 public:
  LiveScan(const LmdbEnv& env, ScrubFile& file);

  /// Continues until about that time; rewrites the places found in transactions of at most some dozens of rows. False:
  /// the walk is over, or failed.
  bool step(ScrubClock::time_point stop);
  const LiveScanResult& result() const { return result_; }
  /// The number of pages checked.
  std::uint64_t done() const { return done_; }

 private:
  struct Tree {
    std::string name;  ///< empty: the free list
    lmdb::PageNumber root = lmdb::no_page;
  };
  struct Place {
    std::string table;
    crypto::Bytes key;
  };
  struct Level {
    crypto::Bytes page;
    std::size_t index = 0;
    bool unclean = false;
  };

  /// Walks in one snapshot. False: it has reached the end.
  bool walk(ScrubClock::time_point stop);
  bool find_trees(MDB_txn* snapshot);
  /// Reads pages from `root` down to the leaf with the first row that is not before `from_`.
  bool descend(lmdb::PageNumber root);
  bool go_down(lmdb::PageNumber page, bool to_first);
  bool next_leaf();
  bool load(lmdb::PageNumber page);
  void look_at_leaf(const Tree& tree);
  bool is_clean_row(const lmdb::Node& node, bool is_list);
  void note(const Tree& tree, crypto::ByteView key);
  bool is_before(crypto::ByteView left, crypto::ByteView right) const;
  int rewrite();

  const LmdbEnv& env_;
  ScrubFile& file_;
  std::vector<Tree> trees_;
  std::size_t tree_ = 0;
  std::optional<crypto::Bytes> after_;  ///< in this tree: the last checked key
  std::vector<Level> path_;
  std::vector<Place> places_;
  crypto::Bytes rest_;
  std::uint64_t done_ = 0;
  LiveScanResult result_;
};

}  // namespace tacit::store
