#include "store/backup/keyless_store.hpp"

#include <lmdb.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "store/audit/audit_log.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/engine/work.hpp"
#include "store/lmdb/engine/lmdb_transaction.hpp"
#include "store/lmdb/environment/free_list.hpp"
#include "store/lmdb/environment/lmdb_errors.hpp"
#include "store/lmdb/environment/reader_slots.hpp"
#include "store/lmdb/scrub/scrub_waiting.hpp"
#include "store/model/failures.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {
namespace {

/// A read transaction.
class Snapshot {
 public:
  explicit Snapshot(const LmdbEnv& env) : env_(env) {
    code_ = mdb_txn_begin(env.handle(), nullptr, MDB_RDONLY, &txn_);
    if (code_ != MDB_SUCCESS) txn_ = nullptr;
  }
  ~Snapshot() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  template <class T>
  Outcome<T> read(const std::function<Task<Outcome<T>>(Transaction&)>& body) {
    if (code_ != MDB_SUCCESS) return failed(errc_of(code_), mdb_strerror(code_));
    LmdbTransaction transaction = LmdbTransaction::reading(env_, txn_, rows_read_);
    Outcome<T> outcome = body(transaction).run();
    if (transaction.error() != MDB_SUCCESS) return failed(errc_of(transaction.error()));
    return outcome;
  }

 private:
  const LmdbEnv& env_;
  MDB_txn* txn_ = nullptr;
  int code_ = MDB_SUCCESS;
  std::atomic<std::uint64_t> rows_read_{0};
};

void keep_biggest(std::vector<TenantFigures>& biggest, const TenantFigures& one, std::size_t most) {
  const auto place = std::ranges::upper_bound(biggest, one.bytes, std::ranges::greater(), &TenantFigures::bytes);
  if (static_cast<std::size_t>(place - biggest.begin()) >= most) return;
  biggest.insert(place, one);
  if (biggest.size() > most) biggest.pop_back();
}

/// Reads one row of each tenant, the record, which comes first.
Task<void> count_tenants(Transaction& transaction, StoreFigures& figures, std::size_t most) {
  Bytes start;
  for (;;) {
    note_step();  // for a process that waits for this one
    const auto rows = co_await transaction.scan(Table::tenants, {}, start, 1);
    if (rows.empty()) co_return;
    ParsedKey key;
    const bool has_tenant = parse_key(rows[0].key, key);
    pass_tenant(start, rows[0].key);
    if (!has_tenant) continue;
    TenantFigures one;
    one.tenant = key.tenant;
    const bool is_record = key.kind == static_cast<std::uint8_t>(RowKind::record);
    const auto record = is_record ? peek_tenant_record(rows[0].value) : std::optional<TenantRecord>();
    if (record) {
      one.secrets = record->count;
      one.bytes = record->used;
    }
    ++figures.tenants;
    figures.secrets += one.secrets;
    figures.bytes += one.bytes;
    keep_biggest(figures.biggest, one, most);
    transaction.release_rows();
  }
}

Task<Outcome<StoreFigures>> count_rows(Transaction& transaction, std::size_t most) {
  StoreFigures figures;
  const auto format = co_await read_format(transaction);
  figures.store_format = format.value_or(0);
  co_await count_tenants(transaction, figures, most);
  figures.api_keys = co_await transaction.estimate(Table::api_keys);
  figures.audit_entries = co_await transaction.estimate(Table::audit);
  co_return figures;
}

Task<Outcome<std::uint32_t>> format_in(Transaction& transaction) {
  const auto format = co_await read_format(transaction);
  co_return format.value_or(0);
}

void count_readers(MDB_env* env, StoreFigures& figures) {
  const ReaderSlots slots = reader_slots(env);
  figures.reader_slots = slots.most;
  figures.reader_slots_taken = slots.taken;
  figures.readers = slots.reading;
  figures.oldest_reader_lag = slots.oldest_reader_lag;
  figures.oldest_reader_process = slots.oldest_process;
}

void measure(const LmdbEnv& env, StoreFigures& figures) {
  const MapRoom room = env.room().map(free_pages(env.handle()));
  figures.page_bytes = env.page_size();
  figures.map_pages = room.pages;
  figures.used_pages = room.touched;
  figures.reusable_pages = room.reusable;
  figures.pinned_pages = room.pinned;
  figures.scrub_waiting_pages = pages_to_scrub(env, nullptr, UINT64_MAX);
  figures.disk_free_bytes = env.room().disk(room).available * figures.page_bytes;
  int file = -1;
  struct stat status {};
  if (mdb_env_get_fd(env.handle(), &file) == MDB_SUCCESS && ::fstat(file, &status) == 0) {
    figures.file_bytes = static_cast<std::uint64_t>(status.st_size);
  }
}

}  // namespace

Outcome<KeylessStore> KeylessStore::open(const std::filesystem::path& directory, const GiveUpRoot& give_up_root) {
  LmdbEnv::Options options;
  options.directory = directory;
  options.give_up_root = give_up_root;
  auto env = LmdbEnv::open(options);
  if (!env) return env.error();
  const auto known = Snapshot(**env).read<void>([](Transaction& transaction) { return check_format(transaction); });
  if (!known) {
    return failed(known.error().code,
                  "the store in " + directory.string() + " cannot be used: " + known.error().subject);
  }
  return KeylessStore(std::move(*env), directory / "data.mdb");
}

Outcome<std::uint64_t> KeylessStore::backup(const ByteSink& sink,
                                            const std::function<void(std::uint64_t)>& progress) const {
  check_pages(env_->handle(), file_, all_pages);
  return write_backup(*env_, sink, progress);
}

std::uint32_t KeylessStore::format() const {
  const auto format = Snapshot(*env_).read<std::uint32_t>(format_in);
  return format ? *format : 0;
}

void KeylessStore::check_all(const std::function<void(std::uint64_t, std::uint64_t)>& progress) const {
  check_pages(env_->handle(), file_, all_pages, progress);
}

std::uint64_t KeylessStore::backup_bytes() const {
  const MapRoom room = env_->room().map(free_pages(env_->handle()));
  return (room.touched - std::min(room.touched, room.unpinned().reusable)) * env_->page_size();
}

Outcome<StoreFigures> KeylessStore::figures(std::size_t biggest) const {
  auto figures = Snapshot(*env_).read<StoreFigures>(
      [biggest](Transaction& transaction) { return count_rows(transaction, biggest); });
  if (!figures) return figures;
  measure(*env_, *figures);
  count_readers(env_->handle(), *figures);
  return figures;
}

ScrubReport KeylessStore::scrub(std::chrono::milliseconds patience,
                                const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) const {
  constexpr std::chrono::milliseconds slice{2};
  constexpr std::chrono::milliseconds pause_for_readers{100};
  const TrustedPages trusted;
  const auto give_up = ScrubClock::now() + patience;
  ScrubMemory memory;
  Scrubber scrubber(*env_, memory);
  ScrubReport whole;
  for (ScrubExtent extent = ScrubExtent::everything;; extent = ScrubExtent::freed) {
    scrubber.begin(extent);
    for (bool more = true; more;) {
      const auto began = ScrubClock::now();
      more = scrubber.step(began + slice);
      if (progress && extent == ScrubExtent::everything) progress(scrubber.done(), scrubber.total());
      // As long as it held the write lock, so that a waiting process gets it.
      if (more) std::this_thread::sleep_for(ScrubClock::now() - began);
    }
    const ScrubReport& report = scrubber.report();
    whole.add(report);
    if (!report.pinned || report.error != 0 || ScrubClock::now() >= give_up) return whole;
    env_->clear_dead_readers();
    note_step();  // waiting for readers is no lack of progress
    std::this_thread::sleep_for(pause_for_readers);
  }
}

Outcome<StoreFigures> count_store(Engine& engine, std::size_t biggest) {
  Attempt<StoreFigures> attempt([biggest](Transaction& transaction) { return count_rows(transaction, biggest); });
  const auto failure = engine.read([&attempt](Transaction& transaction) { return attempt.run(transaction); });
  if (failure) return Failure{.code = *failure};
  return attempt.take();
}

}  // namespace tacit::store
