// A snapshot of a store that writers do not change, for reading its pages without LMDB.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "store/lmdb/pages/lmdb_pages.hpp"

struct MDB_env;
struct MDB_txn;

namespace tacit::store {

/// No snapshot is available; a sentence that names the file and the reason, for example that all reader slots are
/// taken.
class NoSnapshot : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Takes a reader slot, so that no writer reuses a page of the newest snapshot during its lifetime. For that LMDB reads
/// only the meta pages of the file.
class PinnedSnapshot {
 public:
  /// Throws DamagedStore, with a sentence that names the file, if the meta pages are bad; throws NoSnapshot.
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
