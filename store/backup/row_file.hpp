// An LMDB data file that is filled with the rows of a whole store, one after the other, in a folder of its own that is
// removed afterwards. Of it a backup is made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/environment/lmdb_txn.hpp"

namespace tacit::store {

/// For one thread.
class RowFile {
 public:
  /// Makes a folder with a random name in `scratch`. It needs as much room as the backup, and some more.
  static Outcome<std::unique_ptr<RowFile>> create(const std::filesystem::path& scratch);
  ~RowFile();
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;

  /// Rows come in the order of Table, and each table's in the order of its keys.
  Outcome<void> put(Table table, ByteView key, ByteView value);
  /// All rows were put.
  Outcome<void> finish();
  /// Forgets all rows.
  Outcome<void> begin_again();

  const LmdbEnv& env() const { return *env_; }

 private:
  explicit RowFile(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Outcome<void> open();
  Outcome<void> commit();
  void remove();

  const std::filesystem::path folder_;
  std::unique_ptr<LmdbEnv> env_;
  TxnPtr txn_;
  std::size_t rows_ = 0;   ///< in the transaction
  std::size_t bytes_ = 0;  ///< likewise
};

}  // namespace tacit::store
