#include "store/etcd/engine/read_pump.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "store/engine/read_trouble.hpp"
#include "store/etcd/engine/long_read.hpp"
#include "store/etcd/rpc/rpc_await.hpp"
#include "store/slices/slice.hpp"

namespace tacit::store::etcd {
namespace {

constexpr int most_short_runs = 64;
constexpr int most_long_runs = 8;
constexpr std::chrono::milliseconds pause{50};
/// A work that was ended so late is likely to be ended again.
constexpr std::chrono::seconds long_read{5};
/// A leader is elected in less. After that no request waits for it.
constexpr std::chrono::seconds longest_election{5};

/// The walks that were ended so took that time each.
std::string compacted_words(std::chrono::seconds shortest, int runs) {
  return "it was begun " + std::to_string(runs) + " times, and each time etcd's history was compacted to a newer " +
         "revision while it was read, after " + std::to_string(shortest.count()) +
         " s or more. Tacit's hosts keep the history for a long read; another client of etcd compacts it: look at " +
         "ETCD_AUTO_COMPACTION_RETENTION (0 is right), at timers that call `etcdctl compact`, and at other stores in " +
         "the same etcd; then run the command again";
}

bool is_silent(const EngineContext& context, std::chrono::milliseconds most) {
  return context.silence && context.silence() > most;
}

}  // namespace

ReadRun::Step ReadRun::start_again() {
  const auto took = std::chrono::floor<std::chrono::seconds>(Clock::now() - started_);
  ++(took >= long_read ? long_runs_ : short_runs_);
  const int runs = long_runs_ + short_runs_;
  shortest_run_ = runs == 1 ? took : std::min(shortest_run_, took);
  const bool gives_up = long_runs_ == most_long_runs || short_runs_ == most_short_runs;
  return gives_up ? fail(Errc::unavailable, compacted_words(shortest_run_, runs)) : begin();
}

ReadRun::Step ReadRun::begin() {
  started_ = Clock::now();
  driver_.reset();
  round_.reset();
  snapshot_ = std::make_unique<ReadSnapshot>();
  driver_ = std::make_unique<ReadDriver>(context_, *snapshot_);
  driver_->start(work_);
  return next();
}

ReadRun::Step ReadRun::next() {
  if (driver_->stalled()) return fail(Errc::unavailable);
  if (driver_->done()) {
    static_cast<void>(driver_->kept());  // rethrows
    context_.figures.rows_read.fetch_add(driver_->transaction().rows_read(), std::memory_order_relaxed);
    keep_copies();
    return Step::finished;
  }
  round_.emplace(limits_);
  driver_->collect(*round_);
  if (round_->empty()) return fail(Errc::unavailable);  // suspended by something else than this transaction
  return Step::asks;
}

ReadRun::Step ReadRun::fail(Errc failure, std::string trouble) {
  failure_ = failure;
  trouble_ = std::move(trouble);
  return Step::failed;
}

ReadRun::Step ReadRun::deliver(RpcOutcome<ReadTxnResult> answer) {
  context_.figures.read_rounds.fetch_add(1, std::memory_order_relaxed);
  if (!answer) {
    if (answer.error().code == RpcErrc::compacted) return start_again();
    if (answer.error().code == RpcErrc::too_large) return ask_for_less();
    if (answer.error().code != RpcErrc::unreachable) return fail(Errc::unavailable, std::move(answer.error().text));
    trouble_ = std::move(answer.error().text);
    return Step::repeats;
  }
  if (!round_->deliver(std::move(*answer), *snapshot_)) return fail(Errc::unavailable);
  driver_->deliver(*round_);
  return next();
}

/// The answer is larger than a message may be.
ReadRun::Step ReadRun::ask_for_less() {
  const auto less = halved(limits_);
  if (!less) return fail(Errc::too_large);
  limits_ = *less;
  return next();
}

void ReadRun::keep_copies() const {
  if (!context_.copies.fill) return;
  for (const Bytes& key : driver_->transaction().cached_keys()) {
    const auto found = snapshot_->find(key);
    if (found.known == ReadSnapshot::Known::no) continue;
    std::shared_ptr<const Bytes> value;
    if (found.known == ReadSnapshot::Known::row) value = std::make_shared<const Bytes>(found.row->second.value);
    context_.copies.fill(context_.keys.table_of(key), context_.keys.row_key(key), std::move(value),
                         snapshot_->revision());
  }
}

namespace {

/// The run's last answer, in words.
std::string unreachable_words(const ReadRun& run) {
  return run.trouble().empty() ? std::string("etcd did not answer in time") : run.trouble();
}

std::string silence_words(const EngineContext& context) {
  const auto silent = std::chrono::floor<std::chrono::seconds>(context.silence());
  return "no majority of etcd's members has answered for " + std::to_string(silent.count()) + " s";
}

/// The steps of run_read. Leaves the reason of a failure in `trouble`.
std::optional<Errc> run_steps(EngineContext& context, ReadRun& run, std::string& trouble) {
  LongRead reader(context);
  ReadRun::Step step = run.begin();
  Clock::time_point deadline = Clock::now() + context.write_deadline;
  while (step == ReadRun::Step::asks || step == ReadRun::Step::repeats) {
    if (step == ReadRun::Step::repeats) {
      if (Clock::now() + pause >= deadline) {
        trouble = unreachable_words(run);
        return Errc::unavailable;
      }
      std::this_thread::sleep_for(pause);
    } else {
      deadline = Clock::now() + context.write_deadline;
    }
    step = run.deliver(reader.read(run.request(), deadline));
  }
  if (step != ReadRun::Step::failed) return std::nullopt;
  trouble = run.trouble();
  return run.failure();
}

}  // namespace

std::optional<Errc> run_read(EngineContext& context, const Work& work) {
  std::string trouble;
  std::optional<Errc> failure = Errc::unavailable;
  if (is_silent(context, context.write_deadline)) {
    trouble = silence_words(context);
  } else {
    ReadRun run(context, work);
    failure = run_steps(context, run, trouble);
  }
  note_read_trouble(std::move(trouble));
  return failure;
}

boost::asio::awaitable<std::optional<Errc>> run_read_async(EngineContextPtr context, Work work) {
  Clock::time_point deadline = Clock::now() + context->write_deadline;
  if (is_silent(*context, longest_election)) co_return Errc::unavailable;
  ReadRun run(*context, work);
  ReadRun::Step step = run.begin();
  std::uint64_t pages = 0;
  while (step == ReadRun::Step::asks || step == ReadRun::Step::repeats) {
    if (run.pages() != pages) {
      pages = run.pages();
      deadline = Clock::now() + context->write_deadline;
    }
    if (Clock::now() >= deadline) co_return Errc::unavailable;
    if (step == ReadRun::Step::repeats) {
      const auto executor = co_await boost::asio::this_coro::executor;
      boost::asio::steady_timer timer(executor, pause);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    StartRpc<ReadTxnResult> start = [&context, &run, deadline](EtcdClient::Done<ReadTxnResult> done) {
      context->combined_reads->read(run.request(), deadline, std::move(done));
    };
    auto answer = co_await await_rpc<ReadTxnResult>(std::move(start), deadline);
    note_pause();
    step = run.deliver(std::move(answer));
  }
  if (step == ReadRun::Step::failed) co_return run.failure();
  co_return std::nullopt;
}

}  // namespace tacit::store::etcd
