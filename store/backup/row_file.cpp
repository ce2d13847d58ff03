#include "store/backup/row_file.hpp"

#include <lmdb.h>

#include <system_error>
#include <utility>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "store/lmdb/environment/lmdb_errors.hpp"
#include "store/model/failures.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

namespace fs = std::filesystem;

/// Only address space.
constexpr std::uint64_t map_size = std::uint64_t{256} << 30;
// Of one transaction.
constexpr std::size_t most_rows = 8192;
constexpr std::size_t most_bytes = std::size_t{8} << 20;

MDB_val value_of(ByteView bytes) { return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; }  // NOLINT

Failure cannot_write(int code) {
  return failed(errc_of(code), std::string("the rows cannot be written to a file: ") + mdb_strerror(code));
}

LmdbEnv::Options options_of(const fs::path& folder) {
  LmdbEnv::Options options;
  options.directory = folder;
  options.map_size = map_size;
  options.blocks_ahead = false;
  return options;
}

}  // namespace

Outcome<std::unique_ptr<RowFile>> RowFile::create(const fs::path& scratch) {
  std::unique_ptr<RowFile> file(new RowFile(scratch / ("tacit-rows-" + crypto::make_uuid_v4().str())));
  if (auto opened = file->open(); !opened) return opened.error();
  return file;
}

RowFile::~RowFile() { remove(); }

Outcome<void> RowFile::open() {
  // The row is replaced by the store's own.
  const std::vector<LmdbEnv::FirstRow> first{{format_row_key(), format_value(slots_store_format)}};
  if (auto made = LmdbEnv::create(options_of(folder_), first); !made) return made.error();
  auto env = LmdbEnv::open(options_of(folder_));
  if (!env) return env.error();
  env_ = std::move(*env);
  return {};
}

void RowFile::remove() {
  txn_.reset();
  env_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Outcome<void> RowFile::begin_again() {
  remove();
  return open();
}

Outcome<void> RowFile::put(Table table, ByteView key, ByteView value) {
  int code = MDB_SUCCESS;
  if (!txn_) txn_ = begin_txn(env_->handle(), 0, code);
  if (!txn_) return cannot_write(code);
  MDB_val k = value_of(key);
  MDB_val v = value_of(value);
  const unsigned handle = env_->table(table);
  code = mdb_put(txn_.get(), handle, &k, &v, MDB_APPEND);
  if (code == MDB_KEYEXIST) code = mdb_put(txn_.get(), handle, &k, &v, 0);  // before or at the first row
  if (code != MDB_SUCCESS) return cannot_write(code);
  bytes_ += key.size() + value.size();
  if (++rows_ < most_rows && bytes_ < most_bytes) return {};
  return commit();
}

Outcome<void> RowFile::commit() {
  rows_ = bytes_ = 0;
  if (!txn_) return {};
  const int code = mdb_txn_commit(txn_.release());
  if (code != MDB_SUCCESS) return cannot_write(code);
  return {};
}

Outcome<void> RowFile::finish() { return commit(); }

}  // namespace tacit::store
