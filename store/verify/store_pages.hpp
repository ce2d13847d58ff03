// A store's file as pages that are read without LMDB, which trusts them: `verify` has to survive any file. Each page is
// read with pread(2) and checked before it is followed (store/lmdb/pages/page_fault.hpp).
// For a store in use, LMDB still pins the snapshot; for that it reads only the meta pages and its own lock file.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "crypto/files/descriptor.hpp"
#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/pages/page_walk.hpp"
#include "store/lmdb/pages/pinned_snapshot.hpp"

namespace tacit::store {

/// One snapshot: the newest when this is opened. For one thread.
class StorePages {
 public:
  /// Opens a store's directory. Throws DamagedStore if the meta pages are bad or the file is cut off.
  static Outcome<std::unique_ptr<StorePages>> open(const std::filesystem::path& directory,
                                                   const GiveUpRoot& give_up_root = {});
  /// Opens a store in one file that no process changes: a backup. Throws likewise.
  static Outcome<std::unique_ptr<StorePages>> open_file(const std::filesystem::path& file);

  /// Checks every page. `progress` receives the number of checked pages and the maximum.
  void check(const std::function<void(std::uint64_t, std::uint64_t)>& progress);
  /// The damage found so far, each page once; at most most_findings.
  const std::vector<PageDamage>& damages() const { return damages_; }
  void note(PageDamage damage);

  const PageFile& file() const { return *pages_; }
  const lmdb::Meta& snapshot() const { return meta_; }

 private:
  StorePages() = default;

  std::unique_ptr<LmdbEnv> env_;  ///< null for a single file
  std::unique_ptr<PinnedSnapshot> pinned_;
  crypto::Descriptor opened_;  ///< a single file
  std::unique_ptr<PageFile> pages_;
  lmdb::Meta meta_;
  std::vector<PageDamage> damages_;
  std::set<lmdb::PageNumber> damaged_;
};

}  // namespace tacit::store
