#include "store/lmdb/engine/format_rise.hpp"

#include <atomic>
#include <utility>

#include "store/lmdb/engine/lmdb_transaction.hpp"
#include "store/lmdb/environment/lmdb_txn.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

/// Builds that know this format, and no newer one, set the mark at mark_base alone.
constexpr std::uint32_t first_marked_format = 2;

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

OlderProcesses FormatRise::older_processes() const {
  return env_.older_processes(target_ == first_marked_format ? mark_base : third_mark_base);
}

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
  if (*format < target_) {
    transaction.put(Table::meta, format_row_key(), format_value(target_));
    took_ = Took::raised;
  } else {
    transaction.put(Table::meta, rows_row_key(), rows_value(target_));
    took_ = Took::settled;
  }
  co_return true;
}

void FormatRise::answered(bool kept) {
  if (!kept || took_ == Took::nothing) return;
  due_ = Clock::now();  // for the next step
  if (took_ == Took::raised && raised_) raised_(target_);
}

}  // namespace tacit::store
