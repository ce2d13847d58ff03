// The snapshot of a step of a tenant's rekey.
#include <algorithm>

#include "store/engine/walk_size.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/keys/rekey_pairs.hpp"
#include "store/keys/rekey_plan.hpp"
#include "store/keys/rewrap_search.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/version_row.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_of_snapshot = 4096;
constexpr std::size_t rows_at_a_time = 64;
/// The bytes of rows in one transaction; one row is always taken.
constexpr std::size_t bytes_of_step = std::size_t{512} << 10;

/// The key pair that the value in a row names. std::nullopt if the row is incomplete.
std::optional<crypto::KeyId> pair_named_in(RowKind kind, ByteView row) {
  if (kind == RowKind::previous_value) {
    const auto version = parse_version_row(row);
    return version ? crypto::tenant_key_of(version->value_box) : std::nullopt;
  }
  const auto secret = parse_secret_row(row);
  return secret ? crypto::tenant_key_of(secret->value_box) : std::nullopt;
}

/// Where the kinds of rows with values begin.
Bytes first_of(const crypto::Uuid& tenant, RowKind kind) {
  const RowKey prefix(tenant, kind);
  return {prefix.view().begin(), prefix.view().end()};
}

/// One pass over rows whose values may name the previous pair.
class Gathering {
 public:
  Gathering(Transaction& transaction, RekeyPlan& plan)
      : plan_(plan), left_bytes_(bytes_of_write(transaction.traits(), bytes_of_step)) {}

  /// False: the step is full.
  bool take(RowKind kind, const Row& row) {
    const auto named = pair_named_in(kind, row.value);
    Bytes key(row.key.begin(), row.key.end());
    const TenantRecord& record = plan_.tenant->record;
    if (!named) {
      plan_.left.push_back({std::move(key), secret_sentence(row.key, "the secret's row is incomplete")});
    } else if (*named == record.previous_key->id()) {
      const bool full = !plan_.secrets.empty() && row.value.size() > left_bytes_;
      if (full || plan_.secrets.size() == plan_.most) return false;
      left_bytes_ -= std::min(left_bytes_, row.value.size());
      plan_.secrets.push_back({std::move(key), Bytes(row.value.begin(), row.value.end())});
    } else if (*named != record.key->id()) {
      const std::string what = "its value names a key that its tenant's record does not";
      plan_.left.push_back({std::move(key), secret_sentence(row.key, what), false});
    }
    return true;
  }

 private:
  RekeyPlan& plan_;
  std::size_t left_bytes_;
};

/// Collects the rows whose values name the previous pair, from the position on: secrets, and then previous values. In
/// this order, because a change of a secret moves its value to the previous ones. A rollback moves one the other way,
/// so it refuses a value that names the previous pair (store/secrets/rollback.cpp).
Task<void> gather(Transaction& transaction, RekeyPlan& plan) {
  plan.next = plan.from.key.empty() ? first_of(plan.id, RowKind::secret) : plan.from.key;
  Gathering gathering(transaction, plan);
  for (std::size_t seen = 0; seen < rows_of_snapshot; seen += rows_at_a_time) {
    ParsedKey at;
    const bool versions = parse_key(plan.next, at) && is_kind(at, RowKind::previous_value);
    const RowKind kind = versions ? RowKind::previous_value : RowKind::secret;
    const RowKey prefix(plan.id, kind);
    const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), plan.next, rows_at_a_time);
    note_step();
    for (const Row& row : rows) {
      if (!gathering.take(kind, row)) co_return;
      go_on_after(plan.next, row.key);
    }
    if (rows.size() < rows_at_a_time) {
      plan.ended = versions;
      if (versions) co_return;
      plan.next = first_of(plan.id, RowKind::previous_value);
    }
    transaction.release_rows();
  }
}

/// Whether a value in rows of that kind names that pair.
Task<bool> is_named_in(Transaction& transaction, crypto::Uuid tenant, RowKind kind, crypto::KeyId pair) {
  const RowKey prefix(tenant, kind);
  Bytes at = first_of(tenant, kind);
  for (;;) {
    const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), at, rows_at_a_time);
    note_step();
    for (const Row& row : rows) {
      if (pair_named_in(kind, row.value) == pair) co_return true;
      go_on_after(at, row.key);
    }
    if (rows.size() < rows_at_a_time) co_return false;
    transaction.release_rows();
  }
}

/// Whether a value names that pair. Reads all values of the tenant: only for a record that an attacker wrote.
Task<bool> is_named(Transaction& transaction, crypto::Uuid tenant, crypto::KeyId pair) {
  const bool in_secrets = co_await is_named_in(transaction, tenant, RowKind::secret, pair);
  if (in_secrets) co_return true;
  co_return co_await is_named_in(transaction, tenant, RowKind::previous_value, pair);
}

/// The present pair is not accepted, but the tenant has a previous one, too: two pairs are all that a record holds.
Task<void> plan_replacement(Transaction& transaction, RekeyPlan& plan) {
  const TenantRecord& record = plan.tenant->record;
  bool is_needed = false;
  if (record.key) is_needed = co_await is_named(transaction, plan.id, record.key->id());
  if (is_needed && !plan.order->discard_unreadable) {
    plan.problem("its key is not accepted, and values are sealed to it and to its previous key");
    plan.step.unfinished = true;
    plan.step.finished = true;
    co_return;
  }
  plan.replaces_key = true;
}

}  // namespace

Task<Outcome<std::optional<Tenant>>> load_if_recorded(Transaction& transaction, const RekeyPlan& plan) {
  const RowKey key = record_row_key(plan.id);
  const auto record = co_await transaction.get(Table::tenants, key.view());
  if (!record) co_return std::optional<Tenant>();
  co_return co_await load_tenant(transaction, plan.store().metadata(), plan.id);
}

std::string secret_sentence(ByteView key, const std::string& what) {
  ParsedKey parsed;
  crypto::Uuid id;
  const bool is_parsed = parse_key(key, parsed);
  const auto version = is_parsed && is_kind(parsed, RowKind::previous_value) ? parse_version_key(parsed.rest)
                                                                             : std::optional<VersionKey>();
  if (version) {
    return "secret " + version->secret.str() + ": its previous value " + std::to_string(version->number) + ": " + what;
  }
  const bool has_id = is_parsed && parse_id(parsed.rest, id);
  return "secret " + (has_id ? id.str() : std::string("without an id")) + ": " + what;
}

Task<Outcome<void>> look(Transaction& transaction, RekeyPlan& plan) {
  // The engine may run this more than once.
  plan.tenant.reset();
  plan.replaces_key = false;
  plan.secrets.clear();
  plan.left.clear();
  plan.ended = false;
  plan.step = {};
  auto loaded = co_await load_if_recorded(transaction, plan);
  if (!loaded && loaded.error().code != Errc::integrity) co_return loaded.error();
  if (!loaded) {
    plan.problem(loaded.error().subject);
    plan.step.unfinished = true;
    plan.step.finished = true;
    co_return Outcome<void>();
  }
  plan.tenant = std::move(*loaded);
  if (!plan.tenant || (!plan.tenant->record.key && !plan.tenant->record.previous_key)) {
    plan.step.finished = true;
    co_return Outcome<void>();
  }
  const TenantRecord& record = plan.tenant->record;
  if (!record.previous_key) {
    plan.step.finished = has_done_pair(*plan.order, record);
  } else if (is_certified_pair(plan.store().keys, record.key)) {
    co_await gather(transaction, plan);
  } else {
    co_await plan_replacement(transaction, plan);
  }
  co_return Outcome<void>();
}

}  // namespace tacit::store
