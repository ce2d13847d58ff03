// One step of a tenant's rekey (store/keys/rekey.hpp). Values are opened and sealed before the transaction, so that
// servers' changes do not wait for it; the transaction takes only rows that are byte for byte as they were read.
#include <algorithm>
#include <utility>

#include "crypto/text/sentence.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/change_number.hpp"
#include "store/engine/await.hpp"
#include "store/engine/walk_size.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/keys/rekey_pairs.hpp"
#include "store/keys/rekey_plan.hpp"
#include "store/keys/rewrap_search.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

/// The cost of replacing a row in the map: its page, and a share of the pages above it.
constexpr std::size_t bytes_of_one = std::size_t{2} * 4096;
/// Rows that a secret's rekey reads and writes.
constexpr std::size_t rows_of_one = 2;

using PlanPtr = std::shared_ptr<RekeyPlan>;

bool has_same_pairs(const TenantRecord& record, const TenantRecord& as_read) {
  const auto same = [](const std::optional<crypto::TenantKey>& a, const std::optional<crypto::TenantKey>& b) {
    return a.has_value() == b.has_value() && (!a || a->public_key == b->public_key);
  };
  return same(record.key, as_read.key) && same(record.previous_key, as_read.previous_key);
}

/// The tenant in the transaction. std::nullopt, with the step's result in `step`, if it is not as it was read.
Task<Outcome<std::optional<Tenant>>> load_same(Transaction& transaction, const RekeyPlan& plan, RekeyStep& step) {
  // It is looked at again.
  step.next = RekeyPosition{.secrets = plan.from.secrets};
  auto loaded = co_await load_if_recorded(transaction, plan);
  if (!loaded && loaded.error().code == Errc::integrity) co_return std::optional<Tenant>();
  if (!loaded) co_return loaded.error();
  if (!*loaded || !has_same_pairs((*loaded)->record, plan.tenant->record)) co_return std::optional<Tenant>();
  co_return loaded;
}

AuditEvent event_of(const RekeyPlan& plan, std::string reason) {
  AuditEvent event;
  event.action = AuditAction::tenant_rekey;
  event.tenant = plan.id;
  event.reason = std::move(reason);
  return event;
}

/// Puts the new pair into the record.
Task<Outcome<RekeyStep>> begin(Transaction& transaction, const RekeyPlan& plan) {
  const auto allowed = co_await check_rekey(transaction, plan.store().keys);
  if (!allowed) co_return allowed.error();
  RekeyStep step;
  auto loaded = co_await load_same(transaction, plan, step);
  if (!loaded) co_return loaded.error();
  if (!*loaded) co_return step;
  Tenant& tenant = **loaded;
  const RowKey prefix(plan.id, RowKind::secret);
  const auto secrets = co_await transaction.scan(Table::tenants, prefix.view(), prefix.view(), 1);
  const bool is_empty = secrets.empty();
  if (!plan.replaces_key) tenant.record.previous_key = tenant.record.key;
  if (is_empty) tenant.record.previous_key.reset();
  tenant.record.key = plan.fresh;
  if (transaction.traits().shared) tenant.record.note_change();  // it orders the entries of all hosts
  co_await save_tenant(transaction, tenant);
  AuditEvent event = event_of(plan, is_empty ? "done: " + crypto::counted(0, "secret") : "begun");
  number_event(event, transaction, tenant.record);
  event.tenant_key = plan.fresh->certificate->number;
  const auto recorded = co_await append_audit(transaction, event, plan.order->who);
  if (!recorded) co_return recorded.error();
  step.finished = is_empty;
  step.tenants = is_empty ? 1 : 0;
  co_return step;
}

/// Puts the rows that are as they were read. Returns the key of the first that is not.
Task<std::optional<Bytes>> put_rows(Transaction& transaction, const RekeyPlan& plan, std::vector<MovedRow>& moved) {
  std::optional<Bytes> first_changed;
  for (const RekeyedSecret& secret : plan.secrets) transaction.expect(Table::tenants, secret.key);
  for (const RekeyedSecret& secret : plan.secrets) {
    const auto row = co_await transaction.get(Table::tenants, secret.key);
    if (!row || !std::ranges::equal(*row, secret.before)) {
      if (row && !first_changed) first_changed = secret.key;  // a deleted one has no value any more
      continue;
    }
    transaction.put(Table::tenants, secret.key, secret.after);
    ParsedKey parsed;
    if (!parse_key(secret.key, parsed) || !is_kind(parsed, RowKind::secret)) continue;  // the log has secrets' own rows
    MovedRow& entry = moved.emplace_back();
    entry.tenant = plan.id;
    parse_id(parsed.rest, entry.secret);
    entry.before = row_digest(secret.before);
    entry.after = row_digest(secret.after);
  }
  co_return first_changed;
}

/// The position after the step, and the problems up to there: rows from the first changed one on are read again.
void go_on(const RekeyPlan& plan, const std::optional<Bytes>& first_changed, RekeyStep& step) {
  step.next.key = first_changed.value_or(plan.next);
  step.next.unreadable = plan.from.unreadable;
  for (const LeftSecret& left : plan.left) {
    if (first_changed && left.key >= *first_changed) continue;
    step.problems.push_back("tenant " + plan.id.str() + ": " + left.problem);
    if (left.names_previous) ++step.next.unreadable;
    if (left.names_previous && plan.order->discard_unreadable) ++step.discarded;
  }
}

/// Puts the rows that were sealed again, and after the last of them removes the previous pair.
Task<Outcome<RekeyStep>> move(Transaction& transaction, const RekeyPlan& plan) {
  const auto allowed = co_await check_newest(transaction, plan.store().keys, KeyKind::signing);
  if (!allowed) co_return allowed.error();
  RekeyStep step;
  auto loaded = co_await load_same(transaction, plan, step);
  if (!loaded) co_return loaded.error();
  if (!*loaded) co_return step;
  Tenant& tenant = **loaded;
  std::vector<MovedRow> moved;
  const auto first_changed = co_await put_rows(transaction, plan, moved);
  step.secrets = moved.size();
  step.next.secrets = plan.from.secrets + moved.size();
  go_on(plan, first_changed, step);
  const bool ended = plan.ended && !first_changed;
  const bool is_done = ended && (step.next.unreadable == 0 || plan.order->discard_unreadable);
  step.unfinished = ended && !is_done;
  step.finished = step.unfinished;
  const bool is_numbered = transaction.traits().shared && (is_done || !moved.empty());
  if (is_numbered) tenant.record.note_change();
  if (is_done) tenant.record.previous_key.reset();
  if (is_done || is_numbered) co_await save_tenant(transaction, tenant);
  if (is_done) {
    step.tenants = 1;
    // One that an interrupted run gave its pair may be done, but the pair may be older than this rekey of all.
    step.finished = !plan.order->all || has_done_pair(*plan.order, tenant.record);
    step.next = RekeyPosition();
  }
  if (moved.empty() && !is_done) co_return step;
  const std::uint64_t total = plan.from.secrets + moved.size();
  AuditEvent event = event_of(
      plan, is_done ? "done: " + crypto::counted(total, "secret") : "moved " + crypto::counted(moved.size(), "secret"));
  event.moved = std::move(moved);
  number_event(event, transaction, tenant.record);
  const auto recorded = co_await append_audit(transaction, event, plan.order->who);
  if (!recorded) co_return recorded.error();
  co_return step;
}

Async<RekeyStep> submit_step(PlanPtr plan, Task<Outcome<RekeyStep>> (*work)(Transaction&, const RekeyPlan&)) {
  std::size_t bytes = sizeof(RekeyPlan) + 2 * bytes_of_one * (2 + plan->secrets.size());
  for (const RekeyedSecret& secret : plan->secrets) bytes += secret.before.size() + secret.after.size();
  WorkBody<RekeyStep> body = [plan, work](Transaction& transaction) { return work(transaction, *plan); };
  return write<RekeyStep>(*plan->store().engine, std::move(body), Growth::grows, bytes);
}

/// Seals the collected values to the new pair. Those that cannot be opened are left.
void seal(RekeyPlan& plan) {
  const PairChange change(plan.store(), *plan.tenant);
  std::vector<RekeyedSecret> sealed;
  for (RekeyedSecret& secret : plan.secrets) {
    ParsedKey parsed;
    crypto::Uuid id;
    auto row = Outcome<Bytes>(failed(Errc::integrity, "its row key is not an id"));
    const bool is_parsed = parse_key(secret.key, parsed);
    const bool is_previous = is_parsed && is_kind(parsed, RowKind::previous_value);
    const auto version = is_previous ? parse_version_key(parsed.rest) : std::optional<VersionKey>();
    if (version) row = change.seal_previous(*version, secret.before);
    if (is_parsed && !is_previous && parse_id(parsed.rest, id)) row = change.seal(id, secret.before);
    note_step();
    if (!row) {
      plan.left.push_back({secret.key, secret_sentence(secret.key, row.error().subject)});
      continue;
    }
    secret.after = std::move(*row);
    sealed.push_back(std::move(secret));
  }
  crypto::burn_stack();
  plan.secrets = std::move(sealed);
}

}  // namespace

Async<RekeyStep> rekey_step(RekeyOrderPtr order, crypto::Uuid tenant, RekeyPosition from, std::size_t most) {
  const StoreKeys& keys = order->store->keys;
  const auto has_halves = check_rekey_halves(keys);
  if (!has_halves) co_return has_halves.error();
  const auto plan = std::make_shared<RekeyPlan>();
  plan->order = order;
  plan->id = tenant;
  plan->most = items_of_write(order->store->engine->traits(), std::clamp<std::size_t>(most, 1, most_rekeyed_at_once),
                              rows_of_one);
  plan->from = std::move(from);
  WorkBody<void> looking = [&plan](Transaction& transaction) { return look(transaction, *plan); };
  const auto looked = read_blocking<void>(*order->store->engine, std::move(looking));
  if (!looked) co_return looked.error();
  if (plan->step.finished) co_return plan->step;
  if (plan->tenant->record.previous_key && !plan->replaces_key) {
    if (plan->secrets.empty() && !plan->ended) {
      plan->step.next.secrets = plan->from.secrets;
      go_on(*plan, std::nullopt, plan->step);
      co_return plan->step;
    }
    seal(*plan);
    co_return co_await submit_step(plan, move);
  }
  const std::int64_t made = std::max(now_microseconds(), order->started);
  plan->fresh = crypto::make_certified_key(*keys.root_public, *keys.root_signer(), keys.store(), made);
  crypto::burn_stack();
  co_return co_await submit_step(plan, begin);
}

}  // namespace tacit::store
