#include "store/keys/rekey_search.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "store/engine/walk_size.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/engine/work.hpp"
#include "store/keys/rekey_pairs.hpp"
#include "store/keys/rewrap_search.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store {
namespace {

/// Tenants, or prekeys, per snapshot.
constexpr std::size_t rows_of_snapshot = 4096;

/// Returns whether to stop.
using UseRecord = std::function<bool(const crypto::Uuid&, const std::optional<TenantRecord>&)>;

struct TenantWalk {
  Bytes at{};
  bool ended = false;
  bool stopped = false;
};

/// Calls `use` for the record of each tenant on this snapshot, unverified; std::nullopt if it cannot be read. Skips all
/// other rows.
Task<Outcome<void>> walk_some(Transaction& transaction, TenantWalk& walk, const UseRecord& use) {
  const std::size_t most = scans_of_walk(transaction.traits(), rows_of_snapshot);
  for (std::size_t seen = 0; seen < most && !walk.stopped; ++seen) {
    const auto rows = co_await transaction.scan(Table::tenants, {}, walk.at, 1);
    note_step();
    walk.ended = rows.empty();
    if (walk.ended) co_return Outcome<void>();
    ParsedKey key;
    const bool is_record = parse_key(rows.front().key, key) && is_kind(key, RowKind::record);
    if (is_record) walk.stopped = use(key.tenant, peek_tenant_record(rows.front().value));
    pass_tenant(walk.at, rows.front().key);
  }
  co_return Outcome<void>();
}

Outcome<void> walk_records(const StoreContext& store, TenantWalk& walk, const UseRecord& use) {
  while (!walk.ended && !walk.stopped) {
    const auto walked =
        read_blocking<void>(*store.engine, [&](Transaction& transaction) { return walk_some(transaction, walk, use); });
    if (!walked) return walked.error();
  }
  return {};
}

using UseNumber = std::function<void(const crypto::KeyNumber&)>;

Task<Outcome<bool>> walk_some_prekeys(Transaction& transaction, Bytes& at, const UseNumber& use) {
  const std::size_t most = rows_of_scan(transaction.traits(), rows_of_snapshot);
  const auto rows = co_await scan_prekeys(transaction, at, most);
  note_step();
  for (const Row& row : rows) {
    if (const auto key = decode_prekey(row.key, row.value)) use(key->certificate->number);
  }
  if (rows.size() < most) co_return false;
  go_on_after(at, rows.back().key);
  co_return true;
}

Outcome<void> walk_prekeys(const StoreContext& store, const UseNumber& use) {
  Bytes at(prekey_prefix().begin(), prekey_prefix().end());
  for (;;) {
    const auto more = read_blocking<bool>(
        *store.engine, [&](Transaction& transaction) { return walk_some_prekeys(transaction, at, use); });
    if (!more) return more.error();
    if (!*more) return {};
  }
}

/// The numbers of a record's pairs.
std::vector<crypto::KeyNumber> numbers_of(const std::optional<TenantRecord>& record) {
  std::vector<crypto::KeyNumber> numbers;
  if (!record) return numbers;
  for (const auto* pair : {&record->key, &record->previous_key}) {
    if (*pair && (*pair)->certificate) numbers.push_back((*pair)->certificate->number);
  }
  return numbers;
}

bool needs_work(const RekeyOrder& order, const std::optional<TenantRecord>& record) {
  if (!record) return true;  // it is reported
  if (!record->key && !record->previous_key) return false;
  return !has_done_pair(order, *record);
}

}  // namespace

Outcome<std::uint64_t> count_rekey(const RekeyOrder& order, const std::optional<crypto::Uuid>& tenant,
                                   const std::function<void(const VerifyProgress&)>& progress) {
  std::uint64_t secrets = 0;
  VerifyProgress seen;
  TenantWalk walk;
  if (tenant) {
    const RowKey first = record_row_key(*tenant);
    walk.at.assign(first.view().begin(), first.view().end());
  }
  const auto walked = walk_records(*order.store, walk, [&](const crypto::Uuid& id, const auto& record) {
    if (tenant && id != *tenant) return true;
    if (record && !may_have_done_pair(order, *record)) secrets += record->count;
    seen.rows_total = ++seen.rows;
    if (progress) progress(seen);
    return tenant.has_value();
  });
  if (!walked) return walked.error();
  return secrets;
}

Outcome<std::set<crypto::KeyNumber>> find_repeated_numbers(const StoreContext& store) {
  std::vector<crypto::KeyNumber> numbers;
  TenantWalk walk;
  auto walked = walk_records(store, walk, [&numbers](const crypto::Uuid&, const auto& record) {
    for (const crypto::KeyNumber& number : numbers_of(record)) numbers.push_back(number);
    return false;
  });
  if (!walked) return walked.error();
  walked = walk_prekeys(store, [&numbers](const crypto::KeyNumber& number) { numbers.push_back(number); });
  if (!walked) return walked.error();
  std::ranges::sort(numbers);
  std::set<crypto::KeyNumber> repeated;
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    if (numbers[i] == numbers[i - 1]) repeated.insert(numbers[i]);
  }
  return repeated;
}

Outcome<void> report_repeated_numbers(const RekeyOrder& order, const std::optional<crypto::Uuid>& tenant,
                                      const std::function<void(const std::string&)>& report) {
  if (order.repeated.empty()) return {};
  const auto is_asked = [&tenant](const crypto::Uuid& id) { return !tenant || id == *tenant; };
  std::map<crypto::KeyNumber, crypto::Uuid> first;
  TenantWalk walk;
  const auto walked = walk_records(*order.store, walk, [&](const crypto::Uuid& id, const auto& record) {
    for (const crypto::KeyNumber& number : numbers_of(record)) {
      if (!order.repeated.contains(number)) continue;
      const auto [found, is_new] = first.emplace(number, id);
      if (is_new || !(is_asked(id) || is_asked(found->second))) continue;
      report("tenant " + id.str() + ": its key's number is also that of tenant " + found->second.str());
    }
    return false;
  });
  if (!walked) return walked.error();
  return walk_prekeys(*order.store, [&](const crypto::KeyNumber& number) {
    const auto found = first.find(number);
    if (found == first.end() || !is_asked(found->second)) return;
    report("tenant " + found->second.str() + ": its key's number is also that of a prekey");
  });
}

Outcome<std::optional<crypto::Uuid>> find_tenant(const RekeyOrder& order, Bytes& start) {
  std::optional<crypto::Uuid> found;
  TenantWalk walk{.at = std::move(start)};
  const auto walked = walk_records(*order.store, walk, [&](const crypto::Uuid& id, const auto& record) {
    if (needs_work(order, record)) found = id;
    return found.has_value();
  });
  if (!walked) return walked.error();
  start = std::move(walk.at);
  return found;
}

}  // namespace tacit::store
