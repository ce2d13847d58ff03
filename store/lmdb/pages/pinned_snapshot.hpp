// A snapshot of a store that is kept from change, for who reads its pages without LMDB.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "store/lmdb/pages/lmdb_pages.hpp"

struct MDB_env;
struct MDB_txn;

namespace tacit::store {

/// That no snapshot can be had, in a sentence that names the file: for example because all readers' slots are taken.
class NoSnapshot : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Takes a reader's slot, so that no writer uses a page of the newest snapshot again while this is there. Of the file
/// LMDB looks at the meta pages alone for that.
class PinnedSnapshot {
 public:
  /// Throws DamagedStore, with a sentence that names the file, if the meta pages are not good, and NoSnapshot.
  PinnedSnapshot(MDB_env* env, const std::filesystem::path& name);
  ~PinnedSnapshot();
  PinnedSnapshot(const PinnedSnapshot&) = delete;
  PinnedSnapshot& operator=(const PinnedSnapshot&) = delete;

  int file() const { return file_; }  ///< the environment's
  std::size_t page_size() const { return meta_.page_size(); }
  const lmdb::Meta& meta() const { return meta_; }

 private:
  MDB_txn* txn_ = nullptr;
  int file_ = -1;
  lmdb::Meta meta_;
};

}  // namespace tacit::store
