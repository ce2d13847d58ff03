// The snapshot of a step of a tenant's rekey.
#include "store/engine/walk_size.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/keys/rekey_pairs.hpp"
#include "store/keys/rekey_plan.hpp"
#include "store/keys/rewrap_search.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_of_snapshot = 4096;
constexpr std::size_t rows_at_a_time = 64;
/// The bytes of rows in one transaction; one row is always taken.
constexpr std::size_t bytes_of_step = std::size_t{512} << 10;

/// Collects the secrets whose values name the previous pair, from the position on.
Task<void> gather(Transaction& transaction, RekeyPlan& plan) {
  const TenantRecord& record = plan.tenant->record;
  const crypto::KeyId current = record.key->id();
  const crypto::KeyId previous = record.previous_key->id();
  const RowKey prefix(plan.id, RowKind::secret);
  plan.next = plan.from.key.empty() ? Bytes(prefix.view().begin(), prefix.view().end()) : plan.from.key;
  std::size_t bytes = 0;
  const std::size_t most_bytes = bytes_of_write(transaction.traits(), bytes_of_step);
  for (std::size_t seen = 0; seen < rows_of_snapshot; seen += rows_at_a_time) {
    const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), plan.next, rows_at_a_time);
    note_step();
    for (const Row& row : rows) {
      const auto parsed = parse_secret_row(row.value);
      const auto named = parsed ? crypto::tenant_key_of(parsed->value_box) : std::optional<crypto::KeyId>();
      Bytes key(row.key.begin(), row.key.end());
      if (!named) {
        plan.left.push_back({std::move(key), secret_sentence(row.key, "the secret's row is incomplete")});
      } else if (*named == previous) {
        const bool full = !plan.secrets.empty() && bytes + row.value.size() > most_bytes;
        if (full || plan.secrets.size() == plan.most) co_return;
        bytes += row.value.size();
        plan.secrets.push_back({std::move(key), Bytes(row.value.begin(), row.value.end())});
      } else if (*named != current) {
        plan.left.push_back({std::move(key),
                             secret_sentence(row.key, "its value names a key that its tenant's record does not"),
                             false});
      }
      go_on_after(plan.next, row.key);
    }
    plan.ended = rows.size() < rows_at_a_time;
    if (plan.ended) co_return;
    transaction.release_rows();
  }
}

/// Whether a value names that pair. Reads all secrets of the tenant: only for a record that an attacker wrote.
Task<bool> is_named(Transaction& transaction, crypto::Uuid tenant, crypto::KeyId pair) {
  const RowKey prefix(tenant, RowKind::secret);
  Bytes at(prefix.view().begin(), prefix.view().end());
  for (;;) {
    const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), at, rows_at_a_time);
    note_step();
    for (const Row& row : rows) {
      const auto parsed = parse_secret_row(row.value);
      if (parsed && crypto::tenant_key_of(parsed->value_box) == pair) co_return true;
      go_on_after(at, row.key);
    }
    if (rows.size() < rows_at_a_time) co_return false;
    transaction.release_rows();
  }
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
  const bool has_id = parse_key(key, parsed) && parse_id(parsed.rest, id);
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
