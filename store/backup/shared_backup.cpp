#include "store/backup/shared_backup.hpp"

#include <memory>

#include "store/backup/row_file.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/engine/work.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 512;

class RowCopy {
 public:
  RowCopy(RowFile& file, const std::function<void(std::uint64_t)>& read) : file_(file), read_(read) {}

  /// The engine may run it more than once.
  Task<Outcome<std::uint64_t>> run(Transaction& transaction) {
    rows_ = 0;
    if (auto begun = file_.begin_again(); !begun) co_return begun.error();
    const auto known = co_await check_format(transaction);
    if (!known) co_return known.error();
    for (const Table table : {Table::meta, Table::tenants, Table::api_keys, Table::audit}) {
      const auto copied = co_await copy(transaction, table);
      if (!copied) co_return copied.error();
    }
    if (auto finished = file_.finish(); !finished) co_return finished.error();
    co_return rows_;
  }

 private:
  Task<Outcome<void>> copy(Transaction& transaction, Table table) {
    Bytes start;
    for (;;) {
      const auto rows = co_await transaction.scan(table, {}, start, rows_at_a_time);
      note_step();
      for (const Row& row : rows) {
        if (auto put = file_.put(table, row.key, row.value); !put) co_return put.error();
      }
      if (rows.empty()) co_return Outcome<void>();
      start.assign(rows.back().key.begin(), rows.back().key.end());
      start.push_back(0);  // the next possible key
      rows_ += rows.size();
      if (read_) read_(rows_);
      transaction.release_rows();
    }
  }

  RowFile& file_;
  const std::function<void(std::uint64_t)>& read_;
  std::uint64_t rows_ = 0;
};

}  // namespace

Outcome<std::uint64_t> write_shared_backup(Engine& engine, const std::filesystem::path& scratch, const ByteSink& sink,
                                           const std::function<void(std::uint64_t)>& read) {
  const auto file = RowFile::create(scratch);
  if (!file) return file.error();
  RowCopy copy(**file, read);
  WorkBody<std::uint64_t> body = [&copy](Transaction& transaction) { return copy.run(transaction); };
  const auto rows = read_blocking<std::uint64_t>(engine, std::move(body));
  if (!rows) return rows.error();
  return write_backup((*file)->env(), sink, {});
}

}  // namespace tacit::store
