// What a tool runtime reports about a release, and the uses that this process has noted.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "store/audit/audit_log.hpp"
#include "store/audit/change_number.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/releases.hpp"
#include "store/uses/use_batches.hpp"
#include "store/uses/use_history.hpp"

namespace tacit::store {
namespace {

constexpr std::int64_t second = 1'000'000;  // microseconds
constexpr std::int64_t reportable = 24 * 3600 * second;
constexpr std::int64_t between_reports = 60 * second;
/// For the batch of another process to be stored.
constexpr std::chrono::milliseconds batch_time{500};

/// What a look at the uses of a secret found.
enum class Reported : std::uint8_t { noted, no_release };

struct ReportPlan {
  ContextPtr store;
  UseReport report;
  AuditContext who;
  UseEntry use;
  AuditEvent event;
};

bool is_noted_here(const ReportPlan& plan, std::int64_t since) {
  const UseReport& report = plan.report;
  return plan.store->uses->has_release(report.tenant, report.secret, plan.use.tag, plan.use.tool, since);
}

void expect_rows(Transaction& transaction, const UseReport& report) {
  transaction.expect(Table::meta, rows_row_key());
  transaction.expect(Table::tenants, record_row_key(report.tenant).view());
  transaction.expect(Table::tenants, secret_row_key(report.tenant, report.secret).view());
  transaction.expect(Table::meta, uses_row_key(report.tenant, report.secret).view());
}

/// The minute between two reports is judged in the transaction that stores the second one.
Task<Outcome<Reported>> store_report(Transaction& transaction, ReportPlan& plan) {
  const UseReport& report = plan.report;
  expect_rows(transaction, report);
  const auto tenant = co_await load_tenant(transaction, plan.store->metadata(), report.tenant);
  if (!tenant) co_return tenant.error();
  if (!*tenant) co_return failed(Errc::not_found);
  const RowKey secret_key = secret_row_key(report.tenant, report.secret);
  const auto exists = co_await transaction.get(Table::tenants, secret_key.view());
  if (!exists) co_return failed(Errc::not_found);
  const std::uint32_t rows = co_await rows_format(transaction);
  if (rows < fifth_rows_format) co_return failed(Errc::unavailable, "the store's format is being raised");
  auto uses = co_await load_uses(transaction, plan.store->metadata(), report.tenant, report.secret);
  if (!uses) co_return uses.error();
  const std::int64_t now = now_microseconds();
  const std::int64_t since = now - reportable;
  if (!has_release(uses->entries, plan.use.tag, plan.use.tool, since) && !is_noted_here(plan, since)) {
    co_return Reported::no_release;
  }
  if (has_report(uses->entries, plan.use.tag, now - between_reports)) co_return failed(Errc::too_soon);
  plan.use.first_at = plan.use.last_at = now;
  add_use(uses->entries, plan.use);
  const Bytes row = encode_uses(*(*tenant)->keys, report.secret, *uses);
  transaction.put(Table::meta, uses_row_key(report.tenant, report.secret).view(), row);
  number_event(plan.event, transaction, (*tenant)->record);
  const auto recorded = co_await append_audit(transaction, plan.event, plan.who, now);
  if (!recorded) co_return recorded.error();
  co_return Reported::noted;
}

Async<Reported> attempt_report(std::shared_ptr<ReportPlan> plan) {
  WorkBody<Reported> body = [plan](Transaction& transaction) { return store_report(transaction, *plan); };
  const std::size_t bytes = sizeof(ReportPlan) + most_uses_row_bytes + audit_bytes(plan->event, plan->who);
  return write<Reported>(*plan->store->engine, std::move(body), growth_of(plan->event.action), bytes);
}

boost::asio::awaitable<void> pause(std::chrono::milliseconds time) {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  timer.expires_after(time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

/// Looks once more for a release that another process may have noted.
Async<void> report_use(std::shared_ptr<ReportPlan> plan) {
  auto reported = co_await attempt_report(plan);
  if (reported && *reported == Reported::no_release) {
    co_await pause(UseNotes::interval + batch_time);
    reported = co_await attempt_report(plan);
  }
  if (!reported) co_return reported.error();
  if (*reported == Reported::no_release) co_return failed(Errc::not_found);
  co_return Outcome<void>();
}

}  // namespace

Async<void> Releases::report(UseReport report, AuditContext who) {
  const auto plan = std::make_shared<ReportPlan>();
  plan->store = context_;
  plan->use.outcome = UseOutcome::rejected_upstream;
  plan->use.count = 1;
  plan->use.tag = identity_tag(report.tenant, who.actor);
  plan->use.runtime = report.runtime;
  plan->use.tool = tool_in_uses(report.tool_name);
  plan->event.action = AuditAction::secret_report;
  plan->event.tenant = report.tenant;
  plan->event.secrets.push_back(report.secret);
  plan->event.tool = report.tool_name;
  plan->event.reason = to_string(UseOutcome::rejected_upstream);
  plan->report = std::move(report);
  plan->who = who;
  return recording(plan->store, plan->report.tenant, std::move(who), report_use(plan));
}

Async<void> Releases::store_uses() { return store_noted_uses(context_); }

bool Releases::uses_due(UseNotes::Clock::time_point now) const { return context_->uses->due(now); }

UseFigures Releases::use_figures() const { return context_->uses->figures(); }

}  // namespace tacit::store
