// Erases a tenant: all rows under its prefix, and its API keys. Transactions are small for any number of rows, so that
// other writers do not wait long. The first one removes the key box and is audited; after it no value can be opened,
// and nothing new is stored for the tenant until the last one is done (store/rows/erasure.hpp). Until then a secret
// whose row still exists can be read by its id.
#include <algorithm>

#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/api_key_use.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/rows/unsigned_rows.hpp"
#include "store/rows/uses_row.hpp"
#include "store/tenants/tenants.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t most_rows = 2000;                     // in one transaction
constexpr std::size_t most_bytes = std::size_t{256} << 10;  // of rows erased in one
constexpr std::size_t most_api_keys = 256;

std::size_t rows_at_once(const EngineTraits& traits) {
  return std::max<std::size_t>(std::min(most_rows, traits.rows_per_write), 1);
}

std::size_t bytes_at_once(const EngineTraits& traits) { return std::min(most_bytes, traits.bytes_per_write); }

/// With each key go its row, its index entry and its use; the first transaction changes a few more rows.
std::size_t api_keys_at_once(const EngineTraits& traits) {
  constexpr std::size_t rows_of_one = 4;
  return std::max<std::size_t>(std::min(most_api_keys, traits.rows_per_write / rows_of_one), 1);
}

struct ErasePlan {
  ContextPtr store;
  crypto::Uuid tenant;
  std::size_t rows = most_rows;
  std::vector<std::string> keys;  ///< ids of API keys
  std::function<void(std::uint64_t)> progress;
  AuditEvent event;
  AuditContext who;
};
using PlanPtr = std::shared_ptr<ErasePlan>;

/// Erases the keys in the tenant's index together with the record: those that are valid. A bounded number; the others
/// follow.
Task<std::uint64_t> erase_indexed_api_keys(Transaction& transaction, crypto::Uuid tenant) {
  const RowKey index(tenant, RowKind::api_key);
  const std::size_t at_once = api_keys_at_once(transaction.traits());
  const auto entries = co_await transaction.scan(Table::tenants, index.view(), index.view(), at_once);
  std::vector<Bytes> keys;
  keys.reserve(entries.size());
  for (const Row& entry : entries) keys.emplace_back(entry.key.begin(), entry.key.end());
  for (const Bytes& key : keys) {
    const ByteView id = ByteView(key).subspan(index.view().size());
    transaction.erase(Table::api_keys, id);
    erase_api_key_use(transaction, crypto::as_text(id));
    transaction.erase(Table::tenants, key);
  }
  co_return keys.size();
}

/// The first transaction, after which the erasure cannot be undone.
Task<Outcome<Erased>> begin(Transaction& transaction, PlanPtr plan) {
  Erased erased;
  const RowKey record = record_row_key(plan->tenant);
  const RowKey prefix(plan->tenant);
  const auto stored = co_await transaction.get(Table::tenants, record.view());
  const auto said = stored ? peek_tenant_record(*stored) : std::optional<TenantRecord>();
  if (said) erased.secrets = said->count;
  // On a shared engine: it comes after all changes of the tenant (store/audit/change_number.hpp).
  plan->event.change.reset();  // of an earlier run
  if (transaction.traits().shared && said && said->changes) plan->event.change = *said->changes + 1;
  const bool had_record = stored.has_value();
  erased.resumed = co_await is_being_erased(transaction, plan->tenant);
  const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), prefix.view(), 1);
  if (rows.empty() && plan->keys.empty() && !erased.resumed) co_return failed(Errc::not_found);
  // A mark that an operator's erasure did not put is no beginning of one: this one is audited, and puts its own.
  const bool has_begun = co_await has_good_erasure_mark(transaction, plan->tenant, plan->store->keys);
  if (has_begun && !had_record) co_return erased;
  const auto unchanged = co_await check_still_unsigned(transaction, plan->store->keys);
  if (!unchanged) co_return unchanged.error();
  const auto allowed = co_await check_primaries(transaction, plan->store->keys);  // the mark names a primary key
  if (!allowed) co_return allowed.error();
  transaction.erase(Table::tenants, record.view());
  erased.api_keys = co_await erase_indexed_api_keys(transaction, plan->tenant);
  const auto marked = put_erasure_mark(transaction, plan->tenant, plan->store->keys, now_microseconds());
  if (!marked) co_return marked.error();
  const auto recorded = co_await append_audit(transaction, plan->event, plan->who);
  if (!recorded) co_return recorded.error();
  co_return erased;
}

Task<Outcome<std::uint64_t>> erase_api_keys(Transaction& transaction, PlanPtr plan) {
  for (const std::string& id : plan->keys) {
    transaction.erase(Table::api_keys, crypto::as_bytes(id));
    erase_api_key_use(transaction, id);
  }
  co_return plan->keys.size();
}

/// Erases the next rows with that prefix: some, unless there is none.
Task<std::size_t> erase_rows_of(Transaction& transaction, Table table, RowKey prefix, std::size_t most_at_once) {
  const auto rows = co_await transaction.scan(table, prefix.view(), prefix.view(), most_at_once);
  const std::size_t most = bytes_at_once(transaction.traits());
  std::vector<Bytes> keys;
  std::size_t bytes = 0;
  for (const Row& row : rows) {
    if (!keys.empty() && bytes + row.value.size() > most) break;
    bytes += row.key.size() + row.value.size();
    keys.emplace_back(row.key.begin(), row.key.end());
  }
  for (const Bytes& key : keys) transaction.erase(table, key);
  co_return keys.size();
}

/// Erases the tenant's next rows, and with the last of them the mark. Returns their number; 0 when nothing is left.
Task<Outcome<std::uint64_t>> erase_rows(Transaction& transaction, PlanPtr plan) {
  std::size_t erased = co_await erase_rows_of(transaction, Table::tenants, RowKey(plan->tenant), plan->rows);
  if (erased == 0) {
    const RowKey uses = uses_rows_of(plan->tenant);
    erased = co_await erase_rows_of(transaction, Table::meta, uses, plan->rows);
  }
  if (erased == 0) erase_erasure_mark(transaction, plan->tenant);
  co_return erased;
}

/// All keys whose row names the tenant: revoked ones are in no index. Unverified, so that altered ones are erased too.
Task<Outcome<std::vector<std::string>>> find_api_keys(Transaction& transaction, crypto::Uuid tenant) {
  constexpr std::size_t rows_at_a_time = 512;
  std::vector<std::string> ids;
  Bytes start;
  for (;;) {
    const auto rows = co_await transaction.scan(Table::api_keys, {}, start, rows_at_a_time);
    for (const Row& row : rows) {
      const auto key = decode_verified_api_key(row.key, row.value);
      if (key && key->tenant == tenant) ids.emplace_back(crypto::as_text(row.key));
    }
    if (rows.size() < rows_at_a_time) break;
    start.assign(rows.back().key.begin(), rows.back().key.end());
    start.push_back(0);  // the next possible key
    transaction.release_rows();
  }
  co_return ids;
}

Async<std::vector<std::string>> find_api_keys(PlanPtr plan) {
  WorkBody<std::vector<std::string>> body = [tenant = plan->tenant](Transaction& transaction) {
    return find_api_keys(transaction, tenant);
  };
  co_return co_await read<std::vector<std::string>>(*plan->store->engine, std::move(body));
}

std::size_t bytes_of(const ErasePlan& plan) { return sizeof(ErasePlan) + audit_bytes(plan.event, plan.who); }

/// Erases all keys, a part in each transaction. Until then only the plan has them.
Async<std::uint64_t> erase_all_api_keys(PlanPtr plan, std::vector<std::string> ids) {
  Engine& engine = *plan->store->engine;
  const std::size_t at_once = api_keys_at_once(engine.traits());
  for (std::size_t at = 0; at < ids.size(); at += at_once) {
    const std::size_t end = std::min(ids.size(), at + at_once);
    const auto part = std::make_shared<ErasePlan>(*plan);
    part->keys.assign(ids.begin() + static_cast<std::ptrdiff_t>(at), ids.begin() + static_cast<std::ptrdiff_t>(end));
    WorkBody<std::uint64_t> body = [part](Transaction& transaction) { return erase_api_keys(transaction, part); };
    const auto erased =
        co_await write<std::uint64_t>(engine, std::move(body), growth_of(plan->event.action), bytes_of(*plan));
    if (!erased) co_return erased.error();
  }
  co_return ids.size();
}

/// Pages must be copied before any are freed, and few may be left; or the step does not fit into one transaction.
bool wants_smaller_steps(Errc failure) { return failure == Errc::full || failure == Errc::too_large; }

Async<void> erase_all_rows(PlanPtr plan) {
  Engine& engine = *plan->store->engine;
  std::size_t at_once = rows_at_once(engine.traits());
  std::uint64_t rows = 0;
  for (;;) {
    const auto part = std::make_shared<ErasePlan>(*plan);
    part->rows = at_once;
    WorkBody<std::uint64_t> body = [part](Transaction& transaction) { return erase_rows(transaction, part); };
    const auto erased =
        co_await write<std::uint64_t>(engine, std::move(body), growth_of(plan->event.action), bytes_of(*plan));
    if (!erased && wants_smaller_steps(erased.error().code) && at_once > 1) {
      at_once /= 2;
      continue;
    }
    if (!erased) co_return erased.error();
    if (*erased == 0) co_return Outcome<void>();
    rows += *erased;
    if (plan->progress) plan->progress(rows);
  }
}

Async<Erased> erase_step_by_step(PlanPtr plan) {
  const StoreContext& store = *plan->store;
  auto found = co_await find_api_keys(plan);
  if (!found) co_return found.error();
  plan->keys = std::move(*found);
  WorkBody<Erased> body = [plan](Transaction& transaction) { return begin(transaction, plan); };
  auto erased = co_await write<Erased>(*store.engine, std::move(body), growth_of(plan->event.action), bytes_of(*plan));
  if (!erased) co_return erased.error();
  plan->keys.clear();
  // Again, because keys could still be created until the first transaction.
  found = co_await find_api_keys(plan);
  if (!found) co_return found.error();
  const auto others = co_await erase_all_api_keys(plan, std::move(*found));
  if (!others) co_return others.error();
  erased->api_keys += *others;
  const auto rows = co_await erase_all_rows(plan);
  if (!rows) co_return rows.error();
  co_return erased;
}

}  // namespace

Async<Erased> Tenants::erase(crypto::Uuid tenant, std::function<void(std::uint64_t)> progress, AuditContext who) {
  auto plan = std::make_shared<ErasePlan>();
  plan->store = context_;
  plan->tenant = tenant;
  plan->progress = std::move(progress);
  plan->event.action = AuditAction::tenant_erase;
  plan->event.tenant = tenant;
  plan->who = std::move(who);
  return erase_step_by_step(std::move(plan));
}

}  // namespace tacit::store
