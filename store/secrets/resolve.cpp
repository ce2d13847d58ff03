// The release of values to tools. Three steps: choose the secrets and verify their metadata
// (store/secrets/resolve_choice.hpp); open the values (store/secrets/resolve_opening.hpp); then, in one write, check
// that neither the tenant's key pair nor one of the secrets has changed or expired since, and append an audit entry for
// each tool. No value is returned before these entries are durable.
#include <algorithm>

#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/audit/change_number.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/secrets/opened_keys.hpp"
#include "store/secrets/releases.hpp"
#include "store/secrets/resolve_opening.hpp"
#include "store/slices/turns.hpp"
#include "store/uses/use_history.hpp"
#include "store/uses/use_notes.hpp"

namespace tacit::store {
namespace {

struct ResolvePlan {
  ContextPtr store;
  std::shared_ptr<OpenedKeys> opened_keys;
  ResolveManyQuery query;
  AuditContext who;
  Choice choice;
  std::vector<crypto::PublicKey> opened_with;  ///< the public halves of the pairs that opened the values
  std::vector<crypto::Digest> row_digests;     ///< of the chosen secrets' rows, for the audit
  std::vector<AuditEvent> events;              ///< of the tools that get something
  std::int64_t recorded_at = 0;                ///< when the release was recorded
};

/// The secrets that a tool gets, each once.
std::vector<std::size_t> secrets_of(const ToolChoice& tool) {
  std::vector<std::size_t> secrets;
  secrets.reserve(tool.values.size());
  for (const ChosenValue& value : tool.values) {
    if (std::ranges::find(secrets, value.secret) == secrets.end()) secrets.push_back(value.secret);
  }
  return secrets;
}

AuditEvent release_event(const ResolvePlan& plan, std::size_t tool) {
  AuditEvent event;
  event.action = AuditAction::secret_release;
  event.tenant = plan.query.tenant;
  event.tool = plan.query.tools[tool].tool_name;
  for (const std::size_t secret : secrets_of(plan.choice.tools[tool])) {
    const Chosen& chosen = plan.choice.secrets[secret];
    event.secrets.push_back(chosen.id);
    event.rows.push_back(plan.row_digests[secret]);
    event.versions.push_back(parse_secret_row(chosen.row)->header.value_version);
  }
  return event;
}

/// Whether the record has the pair. Boxes are not compared: a root rewrap seals them again.
bool has_pair(const TenantRecord& record, const crypto::PublicKey& key) {
  return (record.key && record.key->public_key == key) ||
         (record.previous_key && record.previous_key->public_key == key);
}

/// Whether the tenant still has the pairs that opened the values, and no default can have replaced one of its secrets.
bool still_fits(const ResolvePlan& plan, const TenantRecord& record) {
  const bool has_pairs =
      std::ranges::all_of(plan.opened_with, [&record](const crypto::PublicKey& key) { return has_pair(record, key); });
  const auto& changes = plan.choice.changes;
  return has_pairs && (!changes || changes->number == record.changes);
}

/// Records the release if the choice still fits the tenant, and every secret is still byte for byte the opened one and
/// has not expired. An erasure removes the tenant's record, with the key pair, in its first transaction and the secrets
/// later (store/rows/erasure.hpp), so the secrets alone do not show it.
Task<Outcome<void>> record_release(Transaction& transaction, ResolvePlan& plan) {
  transaction.expect(Table::tenants, record_row_key(plan.query.tenant).view());
  for (const Chosen& chosen : plan.choice.secrets) {
    transaction.expect(Table::tenants, secret_row_key(plan.query.tenant, chosen.id).view());
  }
  const auto tenant = co_await load_tenant(transaction, plan.store->metadata(), plan.query.tenant, plan.choice.keys);
  if (!tenant) co_return tenant.error();
  if (!*tenant || !still_fits(plan, (*tenant)->record)) co_return failed(Errc::conflict);
  plan.recorded_at = now_microseconds();
  for (const Chosen& chosen : plan.choice.secrets) {
    if (chosen.expires_at && *chosen.expires_at <= plan.recorded_at) co_return failed(Errc::conflict);
    const RowKey key = secret_row_key(plan.query.tenant, chosen.id);
    const auto row = co_await transaction.get(Table::tenants, key.view());
    if (!row || !std::ranges::equal(*row, chosen.row)) co_return failed(Errc::conflict);
  }
  for (AuditEvent& event : plan.events) {
    number_event(event, transaction, (*tenant)->record);
    const auto recorded = co_await append_audit(transaction, event, plan.who);
    if (!recorded) co_return recorded;
  }
  co_return Outcome<void>();
}

/// The tenant may be erased, or its record altered.
void forget_opened(const ResolvePlan& plan) { plan.opened_keys->forget(plan.query.tenant); }

/// Chooses and opens. Gives way to others on the thread after each slice.
Async<std::vector<std::vector<ReleasedValue>>> choose_and_open(ResolvePlan& plan) {
  ResolveChoice choice(plan.store, plan.query);
  for (;;) {
    const auto ended = co_await choice.read_slice();
    if (!ended) {
      forget_opened(plan);
      co_return ended.error();
    }
    if (*ended) break;
    co_await next_turn(TurnKind::release);
  }
  auto taken = choice.take();
  if (!taken) co_return taken.error();
  plan.choice = std::move(*taken);
  if (!plan.choice.pairs.key) forget_opened(plan);
  ResolveOpening opening(plan.store, plan.opened_keys, plan.query.tenant, plan.choice);
  for (;;) {
    const auto ended = opening.open_slice();
    crypto::burn_stack();
    if (!ended) co_return ended.error();
    if (*ended) break;
    co_await next_turn(TurnKind::release);
  }
  plan.opened_with = opening.opened_with();
  plan.row_digests = opening.take_row_digests();
  co_return opening.take();
}

std::size_t plan_bytes(const ResolvePlan& plan) {
  std::size_t bytes = sizeof(ResolvePlan);
  for (const AuditEvent& event : plan.events) bytes += audit_bytes(event, plan.who);
  for (const Chosen& chosen : plan.choice.secrets) bytes += sizeof(Chosen) + chosen.row.size();
  return bytes;
}

/// For the owners. Does not fail.
void note_uses(const ResolvePlan& plan) {
  const IdentityTag tag = identity_tag(plan.query.tenant, plan.who.actor);
  for (std::size_t i = 0; i < plan.choice.tools.size(); ++i) {
    const ResolveQuery& query = plan.query.tools[i];
    const std::string tool = tool_in_uses(query.tool_name);
    for (const std::size_t secret : secrets_of(plan.choice.tools[i])) {
      plan.store->uses->note(plan.query.tenant, plan.choice.secrets[secret].id, tag, tool, query.runtime,
                             plan.recorded_at);
    }
  }
}

std::vector<ReleasedTool> results_of(ResolvePlan& plan, std::vector<std::vector<ReleasedValue>> values) {
  std::vector<ReleasedTool> released(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    ToolChoice& tool = plan.choice.tools[i];
    released[i].values = std::move(values[i]);
    released[i].missing = std::move(tool.missing);
    released[i].withheld = tool.withheld;
    released[i].too_many = tool.too_many;
  }
  return released;
}

Async<std::vector<ReleasedTool>> attempt_release(std::shared_ptr<ResolvePlan> plan) {
  auto values = co_await choose_and_open(*plan);
  if (!values) co_return values.error();
  plan->events.clear();
  for (std::size_t i = 0; i < values->size(); ++i) {
    if (!(*values)[i].empty()) plan->events.push_back(release_event(*plan, i));
  }
  if (!plan->events.empty()) {
    WorkBody<void> record_body = [plan](Transaction& transaction) { return record_release(transaction, *plan); };
    const Growth growth = growth_of(AuditAction::secret_release);
    const auto recorded = co_await write<void>(*plan->store->engine, std::move(record_body), growth, plan_bytes(*plan));
    if (!recorded) co_return recorded.error();
    note_uses(*plan);
  }
  co_return results_of(*plan, std::move(*values));
}

ToolRefusal refusal_of(const ResolvePlan& plan, std::size_t tool, Errc reason) {
  ToolRefusal refusal;
  refusal.tenant = plan.query.tenant;
  refusal.tool = plan.query.tools[tool].tool_name;
  refusal.reason = to_string(reason);
  return refusal;
}

Async<void> record_refusals(std::shared_ptr<ResolvePlan> plan, std::vector<ToolRefusal> refusals) {
  const CurrentContext context(plan->store);
  AuditTrail audit(context);
  co_return co_await audit.refuse_tools(std::move(refusals), plan->who);
}

/// Records the refusals of tools that get nothing. Fails if they cannot be recorded.
Async<void> record_refused(std::shared_ptr<ResolvePlan> plan) {
  std::vector<ToolRefusal> refusals;
  for (std::size_t i = 0; i < plan->choice.tools.size(); ++i) {
    ToolChoice& tool = plan->choice.tools[i];
    if (!tool.too_many && tool.withheld.empty()) continue;
    refusals.push_back(refusal_of(*plan, i, tool.too_many ? Errc::too_many_arguments : Errc::not_allowed));
    refusals.back().secrets = std::move(tool.withheld_ids);
  }
  if (refusals.empty()) co_return Outcome<void>();
  co_return co_await record_refusals(plan, std::move(refusals));
}

bool is_refusal(Errc code) { return code == Errc::too_many_arguments || code == Errc::too_many_bytes; }

/// Records a failure. Returns the failure to answer: of a refusal of all tools, unless it could not be recorded, that
/// refusal. An integrity failure is answered whether or not it could be recorded.
boost::asio::awaitable<Failure> record_failure(std::shared_ptr<ResolvePlan> plan, Failure failure) {
  if (is_refusal(failure.code)) {
    std::vector<ToolRefusal> refusals;
    for (std::size_t i = 0; i < plan->query.tools.size(); ++i) {
      refusals.push_back(refusal_of(*plan, i, failure.code));
    }
    const auto recorded = co_await record_refusals(plan, std::move(refusals));
    if (!recorded) co_return recorded.error();
    co_return failure;
  }
  std::string tool = plan->query.tools.size() == 1 ? plan->query.tools.front().tool_name : std::string();
  co_await record_if_altered(plan->store, plan->query.tenant, failure, std::move(tool), plan->who);
  co_return failure;
}

Async<std::vector<ReleasedTool>> release(std::shared_ptr<ResolvePlan> plan) {
  if (!plan->store->keys.root_private) co_return failed(Errc::unavailable, "this process has no root private key");
  if (plan->query.tools.size() > most_tools) co_return failed(Errc::too_many_arguments);  // a fault of the caller
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    auto outcome = co_await attempt_release(plan);
    if (outcome) {
      const auto refused = co_await record_refused(plan);
      if (!refused) co_return refused.error();
      co_return outcome;
    }
    const Failure& failure = outcome.error();
    if (failure.code == Errc::conflict) continue;
    Failure answer = co_await record_failure(plan, failure);
    co_return answer;
  }
  co_return failed(Errc::conflict);
}

Async<ReleasedTool> release_one(std::shared_ptr<ResolvePlan> plan) {
  auto released = co_await release(std::move(plan));
  if (!released) co_return released.error();
  co_return std::move(released->front());
}

}  // namespace

Releases::Releases(const CurrentContext& context) : context_(context), opened_keys_(std::make_shared<OpenedKeys>()) {}

void Releases::wipe_old_keys() const { opened_keys_->wipe_expired(); }

void Releases::wipe_all_keys() const { opened_keys_->begin(context_->serial); }

Async<ReleasedTool> Releases::resolve(ResolveQuery query, AuditContext who) {
  auto plan = std::make_shared<ResolvePlan>();
  plan->store = context_;
  plan->opened_keys = opened_keys_;
  plan->query.tenant = query.tenant;
  plan->query.tools.push_back(std::move(query));
  plan->who = std::move(who);
  return release_one(std::move(plan));
}

Async<std::vector<ReleasedTool>> Releases::resolve_many(ResolveManyQuery query, AuditContext who) {
  auto plan = std::make_shared<ResolvePlan>();
  plan->store = context_;
  plan->opened_keys = opened_keys_;
  plan->query = std::move(query);
  plan->who = std::move(who);
  return release(std::move(plan));
}

}  // namespace tacit::store
