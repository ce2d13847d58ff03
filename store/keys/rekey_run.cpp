#include "store/keys/rekey_run.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "crypto/text/sentence.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/await.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/rekey_cut_off.hpp"
#include "store/keys/rekey_pairs.hpp"
#include "store/keys/rekey_pool.hpp"
#include "store/keys/rekey_search.hpp"
#include "store/keys/rekey_transactions.hpp"
#include "store/keys/run_steps.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::store {
namespace {

using Clock = Pace::Clock;

/// Walks over all tenants, the last of which must find no work: until the pool is new, and while a server has not read
/// the keyrings again, tenants may get pairs that are to be replaced.
constexpr int most_walks = 4;

using crypto::counted;

}  // namespace

RekeyRun::RekeyRun(Keys& keys, AuditTrail& audit, RekeyWish wish, AuditContext who)
    : keys_(keys),
      audit_(audit),
      wish_(std::move(wish)),
      order_(std::make_shared<RekeyOrder>()),
      pace_(wish_.rate, step_size(wish_.rate, most_rekeyed_at_once), Clock::now()),
      cut_off_(failed(Errc::not_allowed, "the cut-off is not written: the rekey is not finished")) {
  order_->store = keys.context();
  order_->who = std::move(who);
  order_->all = !wish_.tenant;
  order_->discard_unreadable = wish_.discard_unreadable;
}

Async<void> RekeyRun::begin() {
  const auto has_halves = check_rekey_halves(order_->store->keys);
  if (!has_halves) co_return has_halves.error();
  const std::shared_ptr<const RekeyOrder> order = order_;
  order_->started = now_microseconds();
  if (wish_.tenant) {
    const crypto::Uuid tenant = *wish_.tenant;
    WorkBody<void> checking = [order, tenant](Transaction& transaction) {
      return check_rekey_of_tenant(transaction, order, tenant);
    };
    co_return read_blocking<void>(*order->store->engine, std::move(checking));
  }
  const bool restart = wish_.restart;
  WorkBody<BegunRekey> body = [order, restart](Transaction& transaction) {
    return begin_rekey(transaction, order, restart);
  };
  const auto begun = co_await write<BegunRekey>(*order->store->engine, std::move(body));
  if (!begun) co_return begun.error();
  order_->started = begun->started;
  first_entry_ = begun->first_entry;
  co_return Outcome<void>();
}

Outcome<std::uint64_t> RekeyRun::count(const std::function<void(const VerifyProgress&)>& progress) {
  auto repeated = find_repeated_numbers(*order_->store);
  if (!repeated) return repeated.error();
  order_->repeated = std::move(*repeated);
  return count_rekey(*order_, wish_.tenant, progress);
}

Async<void> RekeyRun::run(RunWatch watch) {
  // Afterwards nothing shows them: the tenants have new pairs.
  const auto note = [&](const std::string& sentence) { report(sentence, watch); };
  auto done = report_repeated_numbers(*order_, wish_.tenant, note);
  if (done && wish_.tenant) {
    done = co_await run_tenant(*wish_.tenant, watch);
  } else if (done) {
    done = co_await run_all(watch);
  }
  if (!done) co_await record(AuditOutcome::failed, "stopped: ", watch);
  co_return done;
}

Async<void> RekeyRun::run_all(const RunWatch& watch) {
  const auto renewed = co_await renew_pool();
  if (!renewed) co_return renewed.error();
  for (int walk = 1;; ++walk) {
    const auto found = co_await walk_tenants(watch);
    if (!found) co_return found.error();
    if (*found == 0 || unfinished_ > 0) break;
    if (walk < most_walks) continue;
    report(
        "tenants still get keys that are old or not signed: a server has not read the keyrings again; restart it "
        "and run the command again",
        watch);
    ++unfinished_;
    break;
  }
  co_return co_await finish_all(watch);
}

/// Replaces the prekeys that are older than the rekey, before the tenants: a new tenant takes no old one then.
Async<void> RekeyRun::renew_pool() {
  for (Bytes at;;) {
    note_step();
    const auto step = co_await renew_some_prekeys(order_, at);
    if (!step) co_return step.error();
    if (step->ended) co_return Outcome<void>();
    at = step->next;
  }
}

/// Rekeys the tenants that are not done, once each. Returns their number.
Async<std::uint64_t> RekeyRun::walk_tenants(const RunWatch& watch) {
  std::uint64_t found = 0;
  Bytes start;
  for (;;) {
    const auto tenant = find_tenant(*order_, start);
    if (!tenant) co_return tenant.error();
    if (!*tenant) co_return found;
    ++found;
    const auto done = co_await run_tenant(**tenant, watch);
    if (!done) co_return done.error();
  }
}

Async<void> RekeyRun::finish_all(const RunWatch& watch) {
  const std::shared_ptr<const RekeyOrder> order = order_;
  WorkBody<std::vector<std::string>> signing = [order](Transaction& transaction) {
    return sign_rows_of_rekey(transaction, order);
  };
  const auto faults = co_await write<std::vector<std::string>>(*order->store->engine, std::move(signing));
  if (!faults) co_return faults.error();
  for (const std::string& sentence : *faults) report(sentence, watch);
  if (unfinished_ > 0) {
    co_await record(AuditOutcome::failed, "not finished: ", watch);
    co_return Outcome<void>();
  }
  const auto ended = co_await end();
  if (ended) cut_off_ = first_entry_;
  if (ended || ended.error().code != Errc::not_allowed) co_return ended;
  cut_off_ = ended.error();
  co_await record(AuditOutcome::failed, "without a cut-off: ", watch);
  co_return Outcome<void>();
}

/// Fails with not_allowed if an audit entry is not signed.
Async<void> RekeyRun::end() {
  const std::shared_ptr<const RekeyOrder> order = order_;
  const auto check = std::make_shared<CutOffCheck>(order->store, first_entry_);
  const auto read = check->read_log();
  if (!read) co_return read;
  const AuditEvent event = rekey_event("done: " + figures());
  WorkBody<void> ending = [order, check, event](Transaction& transaction) {
    return end_rekey(transaction, order, check, event);
  };
  co_return co_await write<void>(*order->store->engine, std::move(ending), growth_of(event.action));
}

Async<void> RekeyRun::run_tenant(crypto::Uuid tenant, const RunWatch& watch) {
  RekeyPosition at;
  const std::size_t most = step_size(wish_.rate, most_rekeyed_at_once);
  const std::function<Async<RekeyStep>()> take = [&] { return rekey_step(order_, tenant, at, most); };
  for (bool finished = false; !finished;) {
    auto step = co_await take_step(take);
    if (!step) co_return step.error();
    at = std::move(step->next);
    finished = step->finished;
    tenants_ += step->tenants;
    secrets_ += step->secrets;
    discarded_ += step->discarded;
    if (step->unfinished) ++unfinished_;
    for (const std::string& problem : step->problems) report(problem, watch);
    const auto due = pace_.after(step->secrets, Clock::now());
    if (watch.moved) watch.moved(secrets_);
    co_await wait_until(due);
  }
  co_return Outcome<void>();
}

void RekeyRun::report(const std::string& sentence, const RunWatch& watch) {
  ++problems_;
  if (watch.problem) watch.problem(sentence);
}

std::string RekeyRun::figures() const { return counted(tenants_, "tenant") + ", " + counted(secrets_, "secret"); }

boost::asio::awaitable<void> RekeyRun::record(AuditOutcome outcome, const char* how_far, const RunWatch& watch) {
  AuditEvent event = rekey_event(how_far + figures());
  if (wish_.tenant) {
    event.tenant = wish_.tenant;
    event.reason = how_far + counted(secrets_, "secret");
  }
  event.outcome = outcome;
  if (problems_ > 0) event.reason += ", " + counted(problems_, "problem");
  const auto recorded = co_await audit_.record(std::move(event), order_->who);
  if (!recorded && watch.not_recorded) watch.not_recorded(recorded.error());
}

Outcome<std::uint64_t> RekeyRun::cut_off() const {
  if (wish_.tenant) return failed(Errc::not_allowed, "only a rekey of all tenants ends with a cut-off");
  return cut_off_;
}

}  // namespace tacit::store
