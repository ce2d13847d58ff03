#include "store/format_rise.hpp"

#include <atomic>
#include <utility>

#include "store/lmdb_transaction.hpp"
#include "store/lmdb_txn.hpp"
#include "store/meta.hpp"

namespace tacit::store {
namespace {

/// Whether the store is of the newest format and rows of it may be written, as of the newest commit.
bool is_done(const LmdbEnv& env) {
  int code = 0;
  const TxnPtr txn = begin_txn(env.handle(), MDB_RDONLY, code);
  if (!txn) return false;
  std::atomic<std::uint64_t> rows_read{0};
  LmdbTransaction transaction = LmdbTransaction::reading(env, txn.get(), rows_read);
  const bool done = takes_new_rows(transaction).run();
  return done && transaction.error() == 0;
}

}  // namespace

/// One step, whichever is the next one.
class FormatStep final : public WriteJob, private Work {
 public:
  explicit FormatStep(FormatRise& rise) : rise_(rise) {
    growth = Growth::logs;  // as little as an audit entry, and it has to be possible when room is short
    bytes = sizeof(FormatStep);
  }

  Work& work() override { return *this; }
  void done(std::optional<Errc> failure) noexcept override { rise_.took(took_, !failure); }

 private:
  using Took = FormatRise::Took;

  Task<bool> run(Transaction& transaction) override {
    took_ = Took::nothing;
    const auto format = co_await read_format(transaction);
    const bool settled = co_await takes_new_rows(transaction);
    if (!format || settled) co_return false;
    if (rise_.env_.older_processes() != OlderProcesses::none) co_return false;
    if (*format < store_format) {
      transaction.put(Table::meta, format_key(), format_value());
      took_ = Took::raised;
    } else {
      transaction.put(Table::meta, rows_key(), rows_value());
      took_ = Took::settled;
    }
    co_return true;
  }

  FormatRise& rise_;
  Took took_ = Took::nothing;
};

FormatRise::FormatRise(const LmdbEnv& env, std::chrono::milliseconds interval,
                       std::function<void(std::uint32_t)> raised)
    : env_(env), interval_(interval), raised_(std::move(raised)), due_(Clock::now()) {}

std::unique_ptr<WriteJob> FormatRise::next(Clock::time_point now) {
  if (now < due_) return nullptr;
  due_ = now + interval_;
  if (is_done(env_)) {
    due_ = Clock::time_point::max();
    return nullptr;
  }
  // The write lock is not taken for nothing.
  if (env_.older_processes() != OlderProcesses::none) return nullptr;
  return std::make_unique<FormatStep>(*this);
}

void FormatRise::took(Took step, bool kept) noexcept {
  if (!kept || step == Took::nothing) return;
  due_ = Clock::now();  // for the next step
  if (step == Took::raised && raised_) raised_(store_format);
}

}  // namespace tacit::store
