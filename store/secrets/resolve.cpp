// The release of values to a tool. Three steps: choose the secrets and verify their metadata
// (store/secrets/resolve_choice.hpp); open the values; then, in one write, check that neither the tenant's key pair nor
// one of the secrets has changed since, and append the audit entry. No value is returned before that entry is durable.

#include <algorithm>
#include <array>

#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/audit/change_number.hpp"
#include "store/audit/recording.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/rows/tenant_key_check.hpp"
#include "store/secrets/resolve_choice.hpp"
#include "store/secrets/secrets.hpp"
#include "store/slices/turns.hpp"

namespace tacit::store {
namespace {

struct ResolvePlan {
  ContextPtr store;
  ResolveQuery query;
  AuditContext who;
  Choice choice;
  std::vector<crypto::PublicKey> opened_with;  ///< the public halves of the pairs that opened the values
  std::vector<crypto::Digest> row_digests;     ///< of the chosen secrets' rows, for the audit
  std::vector<crypto::Uuid> withheld;          ///< named secrets that are bound elsewhere, for the audit
  AuditEvent event;
};

/// A key pair of the tenant with its private half, once a value needs it.
struct OpenedPair {
  const crypto::TenantKey* pair = nullptr;
  crypto::KeyId id{};
  std::optional<crypto::PrivateKey> private_key{};
};

/// Opens the values of a choice, one after the other; a partial result is not used.
class Opening {
 public:
  explicit Opening(const ResolvePlan& plan) : plan_(plan) {
    const KeyPairs& pairs = plan.choice.pairs;
    if (pairs.key) pairs_[0] = {.pair = &*pairs.key, .id = pairs.key->id()};
    if (pairs.previous) pairs_[1] = {.pair = &*pairs.previous, .id = pairs.previous->id()};
    values_.reserve(plan.choice.secrets.size());
    row_digests_.reserve(plan.choice.secrets.size());
  }

  /// Opens as many values as fit into a slice on this thread; true: these were the last.
  Outcome<bool> open_slice() {
    const std::vector<Chosen>& secrets = plan_.choice.secrets;
    if (secrets.empty()) return true;
    Slice slice(plan_.store->slice, secrets.size() > 1 ? Slice::Begins::now : Slice::Begins::after_some_steps);
    if (pairs_[0].pair == nullptr) return altered(secrets.front().id, "the tenant has no key pair");
    for (;;) {
      const Chosen& chosen = secrets[values_.size()];
      auto value = open(chosen);
      if (!value) return value.error();
      values_.push_back({.argument = chosen.argument,
                         .value = std::move(*value),
                         .secret = chosen.id,
                         .secret_name = chosen.name,
                         .updated_at = chosen.updated_at});
      row_digests_.push_back(row_digest(chosen.row));
      if (values_.size() == secrets.size()) return true;
      if (slice.over(as_long_as_opening)) return false;
    }
  }
  std::vector<ReleasedValue> take() { return std::move(values_); }
  /// Computed here, because hashing many long rows takes longer than a slice.
  std::vector<crypto::Digest> take_row_digests() { return std::move(row_digests_); }
  std::vector<crypto::PublicKey> opened_with() const {
    std::vector<crypto::PublicKey> keys;
    for (const OpenedPair& opened : pairs_) {
      if (opened.private_key) keys.push_back(opened.pair->public_key);
    }
    return keys;
  }

 private:
  /// Opening a value takes about as long as reading a row of this size, so the clock is read after each value.
  static constexpr std::size_t as_long_as_opening = std::size_t{64} << 10;

  /// Opens the private half, if the pair is accepted. A process that fell may have put another pair into the record.
  Outcome<void> open_pair(OpenedPair& opened) const {
    const StoreKeys& keys = plan_.store->keys;
    const auto accepted = check_tenant_key(keys, *opened.pair);
    if (!accepted) return accepted.error();
    opened.private_key = crypto::open_tenant_key(*keys.root_private, keys.store(), plan_.query.tenant, *opened.pair);
    if (!opened.private_key) return altered({}, "the tenant's private key cannot be opened");
    return {};
  }

  Outcome<crypto::WipedBytes> open(const Chosen& chosen) {
    const auto row = parse_secret_row(chosen.row);
    const auto named = crypto::tenant_key_of(row->value_box);
    const auto pair = std::ranges::find_if(
        pairs_, [&](const OpenedPair& opened) { return opened.pair != nullptr && named && opened.id == *named; });
    if (pair == pairs_.end())
      return altered(chosen.id, "the secret's value names a key that its tenant's record does not");
    if (!pair->private_key) {
      const auto opened = open_pair(*pair);
      if (!opened) return opened.error();
    }
    const crypto::ValueAddress address{plan_.query.tenant, chosen.id, row->header.value_version};
    auto value = crypto::open_value(*pair->private_key, *pair->pair, address, row->value_box, chosen.binding);
    if (!value) return altered(chosen.id, "the secret's value cannot be opened");
    if (chosen.value_length && value->size() != *chosen.value_length) {
      return altered(chosen.id, "the secret's value has another length than its metadata");
    }
    return std::move(*value);
  }

  const ResolvePlan& plan_;
  std::array<OpenedPair, 2> pairs_{};  ///< the tenant's key pair, and the previous one
  std::vector<ReleasedValue> values_;
  std::vector<crypto::Digest> row_digests_;
};

AuditEvent release_event(const ResolvePlan& plan) {
  AuditEvent event;
  event.action = AuditAction::secret_release;
  event.tenant = plan.query.tenant;
  event.tool = plan.query.tool_name;
  for (std::size_t i = 0; i < plan.choice.secrets.size(); ++i) {
    const Chosen& chosen = plan.choice.secrets[i];
    if (std::ranges::find(event.secrets, chosen.id) != event.secrets.end()) continue;
    event.secrets.push_back(chosen.id);
    event.rows.push_back(plan.row_digests[i]);
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

/// Records the release if the choice still fits the tenant, and every secret is still byte for byte the opened one. An
/// erasure removes the tenant's record, with the key pair, in its first transaction and the secrets later
/// (store/rows/erasure.hpp), so the secrets alone do not show it.
Task<Outcome<void>> record_release(Transaction& transaction, ResolvePlan& plan) {
  transaction.expect(Table::tenants, record_row_key(plan.query.tenant).view());
  for (const Chosen& chosen : plan.choice.secrets) {
    transaction.expect(Table::tenants, secret_row_key(plan.query.tenant, chosen.id).view());
  }
  const auto tenant = co_await load_tenant(transaction, plan.store->metadata(), plan.query.tenant, plan.choice.keys);
  if (!tenant) co_return tenant.error();
  if (!*tenant || !still_fits(plan, (*tenant)->record)) co_return failed(Errc::conflict);
  for (const Chosen& chosen : plan.choice.secrets) {
    const RowKey key = secret_row_key(plan.query.tenant, chosen.id);
    const auto row = co_await transaction.get(Table::tenants, key.view());
    if (!row || !std::ranges::equal(*row, chosen.row)) co_return failed(Errc::conflict);
  }
  number_event(plan.event, transaction, (*tenant)->record);
  co_return co_await append_audit(transaction, plan.event, plan.who);
}

/// Chooses and opens. Gives way to others on the thread after each slice.
Async<std::vector<ReleasedValue>> choose_and_open(ResolvePlan& plan) {
  ResolveChoice choice(plan.store, plan.query);
  for (;;) {
    const auto ended = co_await choice.read_slice();
    if (!ended) plan.withheld = choice.bound_elsewhere();
    if (!ended) co_return ended.error();
    if (*ended) break;
    co_await next_turn(TurnKind::release);
  }
  plan.choice = choice.take();
  Opening opening(plan);
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

Async<std::vector<ReleasedValue>> attempt_release(std::shared_ptr<ResolvePlan> plan) {
  auto values = co_await choose_and_open(*plan);
  if (!values || values->empty()) co_return values;
  plan->event = release_event(*plan);
  WorkBody<void> record_body = [plan](Transaction& transaction) { return record_release(transaction, *plan); };
  std::size_t bytes = sizeof(ResolvePlan) + audit_bytes(plan->event, plan->who);
  for (const Chosen& chosen : plan->choice.secrets) bytes += sizeof(Chosen) + chosen.row.size();
  const auto recorded =
      co_await write<void>(*plan->store->engine, std::move(record_body), growth_of(plan->event.action), bytes);
  if (!recorded) co_return recorded.error();
  co_return values;
}

bool is_refusal(Errc code) { return code == Errc::not_allowed || code == Errc::too_many_arguments; }

/// Records a refusal. Returns the failure to answer: the refusal, unless it could not be recorded.
boost::asio::awaitable<Failure> record_refusal(std::shared_ptr<ResolvePlan> plan, Failure failure) {
  ToolRefusal refusal;
  refusal.tenant = plan->query.tenant;
  refusal.tool = plan->query.tool_name;
  refusal.reason = to_string(failure.code);
  refusal.secrets = plan->withheld;
  const CurrentContext context(plan->store);
  AuditTrail audit(context);
  const auto recorded = co_await audit.refuse_tool(std::move(refusal), plan->who);
  if (!recorded) co_return recorded.error();
  co_return failure;
}

/// The same for all failures. An integrity failure is answered whether or not it could be recorded.
boost::asio::awaitable<Failure> record_failure(std::shared_ptr<ResolvePlan> plan, Failure failure) {
  if (is_refusal(failure.code)) co_return co_await record_refusal(plan, failure);
  co_await record_if_altered(plan->store, plan->query.tenant, failure, plan->query.tool_name, plan->who);
  co_return failure;
}

Async<std::vector<ReleasedValue>> release(std::shared_ptr<ResolvePlan> plan) {
  if (!plan->store->keys.root_private) co_return failed(Errc::unavailable, "this process has no root private key");
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    auto outcome = co_await attempt_release(plan);
    if (outcome) co_return outcome;
    const Failure& failure = outcome.error();
    if (failure.code == Errc::conflict) continue;
    Failure answer = co_await record_failure(plan, failure);
    co_return answer;
  }
  co_return failed(Errc::conflict);
}

}  // namespace

Async<std::vector<ReleasedValue>> Secrets::resolve(ResolveQuery query, AuditContext who) {
  auto plan = std::make_shared<ResolvePlan>();
  plan->store = context_;
  plan->query = std::move(query);
  plan->who = std::move(who);
  return release(std::move(plan));
}

}  // namespace tacit::store
