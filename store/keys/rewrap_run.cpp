#include "store/keys/rewrap_run.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "crypto/text/sentence.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/context.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/run_steps.hpp"

namespace tacit::store {
namespace {

using Clock = Pace::Clock;

constexpr std::uint64_t most_in_a_step = 128;
constexpr std::uint64_t rows_of_an_audit_entry = 10'000;

using crypto::counted;

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

Async<void> RewrapRun::run(RunWatch watch) {
  const std::size_t most = step_size(rate_, most_in_a_step);
  Pace pace(rate_, most, Clock::now());
  RewrapPosition at;
  const std::function<Async<RewrapStep>()> take = [&] { return keys_.rewrap_step(kind_, at, most, who_); };
  for (bool finished = false; !finished;) {
    auto step = co_await take_step(take);
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

void RewrapRun::add(const RewrapStep& step, const RunWatch& watch) {
  done_.tenants += step.tenants;
  done_.secrets += step.secrets;
  done_.api_keys += step.api_keys;
  done_.prekeys += step.prekeys;
  done_.beside += step.beside;
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
boost::asio::awaitable<void> RewrapRun::record(AuditOutcome outcome, const char* how_far, const RunWatch& watch) {
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
