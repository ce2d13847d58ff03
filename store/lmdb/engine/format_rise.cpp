#include "store/lmdb/engine/format_rise.hpp"

#include <atomic>
#include <utility>

#include "store/lmdb/engine/lmdb_transaction.hpp"
#include "store/lmdb/environment/lmdb_txn.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

/// The mark of builds that know rows of that format.
off_t mark_of(std::uint32_t rows) {
  if (rows >= fifth_rows_format) return fifth_mark_base;
  return rows >= third_rows_format ? third_mark_base : mark_base;
}

/// Whether the newest commit has that format and permits its rows.
bool is_done(const LmdbEnv& env, std::uint32_t target) {
  int code = 0;
  const TxnPtr txn = begin_txn(env.handle(), MDB_RDONLY, code);
  if (!txn) return false;
  std::atomic<std::uint64_t> rows_read{0};
  LmdbTransaction transaction = LmdbTransaction::reading(env, txn.get(), rows_read);
  const std::uint32_t rows = rows_format(transaction).run();
  return rows >= target && transaction.error() == 0;
}

}  // namespace

FormatRise::FormatRise(const LmdbEnv& env, std::uint32_t target, std::chrono::milliseconds interval,
                       std::function<void(std::uint32_t)> raised)
    : env_(env), target_(target), interval_(interval), raised_(std::move(raised)), due_(Clock::now()) {}

OlderProcesses FormatRise::older_processes() const { return env_.older_processes(mark_of(target_)); }

std::optional<Write> FormatRise::next(Clock::time_point now) {
  if (now < due_) return std::nullopt;
  due_ = now + interval_;
  if (is_done(env_, target_)) {
    due_ = Clock::time_point::max();
    return std::nullopt;
  }
  // Avoids taking the write lock without need.
  if (older_processes() != OlderProcesses::none) return std::nullopt;
  Write step;
  step.work = [this](Transaction& transaction) { return take_step(transaction); };
  step.done = [this](std::optional<Errc> failure) { answered(!failure); };
  step.growth = Growth::logs;  // as little as an audit entry, and it must be possible when room is short
  step.bytes = sizeof step;
  return step;
}

Task<bool> FormatRise::take_step(Transaction& transaction) {
  took_ = Took::nothing;
  const auto format = co_await read_format(transaction);
  const std::uint32_t rows = co_await rows_format(transaction);
  if (!format || rows >= target_) co_return false;
  if (older_processes() != OlderProcesses::none) co_return false;
  const std::uint32_t raised = raised_format(*format, target_);
  if (*format != raised) {
    transaction.put(Table::meta, format_row_key(), format_value(raised));
    took_ = Took::raised;
    raised_to_ = raised;
  } else {
    transaction.put(Table::meta, rows_row_key(), rows_value(target_));
    took_ = Took::settled;
  }
  co_return true;
}

void FormatRise::answered(bool kept) {
  if (!kept || took_ == Took::nothing) return;
  due_ = Clock::now();  // for the next step
  if (took_ == Took::raised && raised_) raised_(raised_to_);
}

}  // namespace tacit::store
