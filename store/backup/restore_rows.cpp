#include "store/backup/restore_rows.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "crypto/ids/uuid.hpp"
#include "store/backup/whole_file.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/engine/work.hpp"
#include "store/lmdb/engine/lmdb_engine.hpp"
#include "store/model/failures.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t rows_at_a_time = 512;
constexpr mode_t file_mode = 0600;

class RowLoad {
 public:
  RowLoad(StoreLoader& loader, const std::function<void(std::uint64_t)>& progress)
      : loader_(loader), progress_(progress) {}

  Task<Outcome<std::uint64_t>> run(Transaction& transaction) {
    const auto known = co_await check_format(transaction);
    if (!known) co_return known.error();
    for (const Table table : {Table::meta, Table::tenants, Table::api_keys, Table::audit}) {
      const auto loaded = co_await load(transaction, table);
      if (!loaded) co_return loaded.error();
    }
    co_return rows_;
  }

 private:
  Task<Outcome<void>> load(Transaction& transaction, Table table) {
    Bytes start;
    for (;;) {
      const auto rows = co_await transaction.scan(table, {}, start, rows_at_a_time);
      note_step();
      for (const Row& row : rows) {
        const auto put = table == Table::meta ? put_meta(row) : loader_.put(table, row.key, row.value);
        if (!put) co_return put.error();
      }
      rows_ += rows.size();
      if (progress_) progress_(rows_);
      if (rows.empty()) break;
      start.assign(rows.back().key.begin(), rows.back().key.end());
      start.push_back(0);  // the next possible key
      transaction.release_rows();
    }
    if (table == Table::meta) co_return put_rows_row();
    co_return Outcome<void>();
  }

  /// No older build has the new store open, so it takes rows of the newest format at once.
  Outcome<void> put_meta(const Row& row) {
    const auto is = [&row](ByteView key) { return std::ranges::equal(row.key, key); };
    if (is(rows_row_key())) return put_rows_row();
    if (!std::ranges::lexicographical_compare(row.key, rows_row_key())) {
      if (auto put = put_rows_row(); !put) return put;
    }
    const Bytes format = format_value(slots_store_format);
    return loader_.put(Table::meta, row.key, is(format_row_key()) ? ByteView(format) : row.value);
  }

  /// At its place, or at the end of the table.
  Outcome<void> put_rows_row() {
    if (std::exchange(has_rows_row_, true)) return {};
    return loader_.put(Table::meta, rows_row_key(), rows_value());
  }

  StoreLoader& loader_;
  const std::function<void(std::uint64_t)>& progress_;
  std::uint64_t rows_ = 0;
  bool has_rows_row_ = false;
};

/// A file that is removed at the end.
struct Removed {
  fs::path path;
  explicit Removed(fs::path file) : path(std::move(file)) {}
  Removed(const Removed&) = delete;
  Removed& operator=(const Removed&) = delete;
  ~Removed() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
};

}  // namespace

Outcome<std::uint64_t> load_rows(const fs::path& file, StoreLoader& loader,
                                 const std::function<void(std::uint64_t)>& progress) {
  LmdbOptions options;
  options.env.directory = file;
  options.env.single_file = true;
  auto engine = LmdbEngine::open(std::move(options));
  if (!engine) return engine.error();
  RowLoad load(loader, progress);
  WorkBody<std::uint64_t> body = [&load](Transaction& transaction) { return load.run(transaction); };
  const auto rows = read_blocking<std::uint64_t>(**engine, std::move(body));
  if (!rows) return rows.error();
  if (auto finished = loader.finish(); !finished) return finished.error();
  return *rows;
}

Outcome<std::uint64_t> restore_to_engine(const fs::path& scratch, StoreLoader& loader, const StoreKeys& keys,
                                         const ByteSource& source, const std::function<void(std::uint64_t)>& read,
                                         const std::function<void(std::uint64_t)>& put, const RunApart& apart) {
  if (keys.phase() == crypto::SigningPhase::none) {
    return failed(Errc::not_allowed, "a store that several hosts share has to be signed: run tacit key add signing");
  }
  const Removed name(scratch / ("tacit-restore-" + crypto::make_uuid_v4().str()));
  auto file = WholeFile::create(name.path, file_mode);
  if (!file) return file.error();
  std::uint64_t bytes = 0;
  const auto length = read_backup(source, [&](ByteView part) {
    bytes += part.size();
    if (read) read(bytes);
    return file->write(part);
  });
  if (!length) return length.error();
  const auto look = [&](const GiveUpRoot& give_up_root) {
    return check_backup(file->path(), name.path, keys, give_up_root);
  };
  if (auto fits = apart ? apart(look) : look({}); !fits) return fits.error();
  return load_rows(file->path(), loader, put);
}

}  // namespace tacit::store
