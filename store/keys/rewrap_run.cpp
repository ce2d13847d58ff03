#include "store/keys/rewrap_run.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include "store/audit/audit_trail.hpp"
#include "store/engine/context.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/pace.hpp"

namespace tacit::store {
namespace {

using Clock = Pace::Clock;

constexpr std::uint64_t most_in_a_step = 128;
constexpr std::uint64_t rows_of_an_audit_entry = 10'000;
constexpr int most_attempts = 10;
constexpr std::chrono::seconds pause_between_attempts{1};

std::string counted(std::uint64_t number, const char* what) {
  return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

boost::asio::awaitable<void> wait_until(Clock::time_point time) {
  if (time <= Clock::now()) co_return;
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace

RewrapRun::RewrapRun(Keys& keys, AuditTrail& audit, KeyKind kind, std::uint64_t rate, AuditContext who)
    : keys_(keys), audit_(audit), kind_(kind), rate_(rate), who_(std::move(who)), next_entry_(rows_of_an_audit_entry) {}

Async<void> RewrapRun::begin() {
  const auto target = co_await keys_.begin_rewrap(kind_, who_);
  if (!target) co_return target.error();
  target_ = *target;
  co_return Outcome<void>();
}

Outcome<std::uint64_t> RewrapRun::count(const std::function<void(const VerifyProgress&)>& progress) const {
  const auto stale = count_stale(kind_, target_, progress);
  const auto* const signer = keys_.context()->keys.root_signer();
  if (!stale || kind_ != KeyKind::root || signer == nullptr) return stale;
  // Most rows that have another signer have an older root key, too, or none has.
  const auto signed_otherwise = count_stale(KeyKind::signing, signer->id, progress);
  if (!signed_otherwise) return signed_otherwise;
  return std::max(*stale, *signed_otherwise);
}

Outcome<std::uint64_t> RewrapRun::count_stale(KeyKind kind, const crypto::KeyId& target,
                                              const std::function<void(const VerifyProgress&)>& progress) const {
  const auto census = keys_.census(kind, progress);
  if (!census) return census.error();
  std::uint64_t total = 0;
  for (const auto& [id, use] : census->uses) total += id == target ? 0 : use.total();
  return total;
}

Async<void> RewrapRun::run(Watch watch) {
  Pace pace(rate_, step_size(), Clock::now());
  RewrapPosition at;
  for (bool finished = false; !finished;) {
    auto step = co_await take_step(at);
    if (!step) {
      co_await record(AuditOutcome::failed, "stopped: ", watch);
      co_return step.error();
    }
    at = std::move(step->next);
    finished = step->finished;
    add(*step, watch);
    const auto due = pace.after(step->rows(), Clock::now());
    if (watch.moved) watch.moved(done_.rows());
    if (done_.rows() >= next_entry_) co_await record(AuditOutcome::ok, "so far ", watch);
    co_await wait_until(due);
  }
  const AuditOutcome outcome = problems_ == 0 ? AuditOutcome::ok : AuditOutcome::failed;
  co_await record(outcome, "done: ", watch);
  co_return Outcome<void>();
}

/// Small steps at a low rate, so that the rate holds within each second.
std::size_t RewrapRun::step_size() const {
  return rate_ == 0 ? most_in_a_step : std::clamp<std::uint64_t>(rate_ / 10, 1, most_in_a_step);
}

/// Repeats a step whose result is unknown; a step may be repeated.
Async<RewrapStep> RewrapRun::take_step(RewrapPosition from) {
  for (int attempt = 1;; ++attempt) {
    note_step();
    auto step = co_await keys_.rewrap_step(kind_, from, step_size(), who_);
    if (step || step.error().code != Errc::unavailable || attempt == most_attempts) co_return step;
    co_await wait_until(Clock::now() + pause_between_attempts);
  }
}

void RewrapRun::add(const RewrapStep& step, const Watch& watch) {
  done_.tenants += step.tenants;
  done_.secrets += step.secrets;
  done_.api_keys += step.api_keys;
  done_.prekeys += step.prekeys;
  problems_ += step.problems.size();
  if (!watch.problem) return;
  for (const std::string& problem : step.problems) watch.problem(problem);
}

std::string RewrapRun::figures() const {
  std::string tenants = counted(done_.tenants, "tenant");
  if (kind_ == KeyKind::root) {
    return done_.prekeys == 0 ? tenants : tenants + ", " + counted(done_.prekeys, "prekey");
  }
  return tenants + ", " + counted(done_.secrets, "secret") + ", " + counted(done_.api_keys, "API key");
}

/// A rewrap continues without a record: it changes nothing that clients see, and its beginning is recorded.
boost::asio::awaitable<void> RewrapRun::record(AuditOutcome outcome, const char* how_far, const Watch& watch) {
  AuditEvent event;
  event.action = AuditAction::key_rewrap;
  event.outcome = outcome;
  event.reason = std::string(to_string(kind_)) + " " + crypto::to_hex(target_) + ": " + how_far + figures();
  if (problems_ > 0) event.reason += ", " + counted(problems_, "problem");
  const auto recorded = co_await audit_.record(std::move(event), who_);
  if (!recorded && watch.not_recorded) watch.not_recorded(recorded.error());
  next_entry_ = done_.rows() + rows_of_an_audit_entry;
}

}  // namespace tacit::store
