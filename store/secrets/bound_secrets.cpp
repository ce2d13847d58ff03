#include "store/secrets/bound_secrets.hpp"

#include <algorithm>

#include "store/model/failures.hpp"
#include "store/rows/secret_index.hpp"

namespace tacit::store {
namespace {

/// Entries to read ahead in a range. Few, because there may be many ranges.
constexpr std::size_t rows_ahead = 8;

bool is_indexed_so(const Metadata& metadata, const IndexedPattern& pattern, std::uint8_t entry_class) {
  if (!metadata.tool_name || binding_class(metadata.is_default) != entry_class) return false;
  const IndexedPattern own = indexed_pattern(*metadata.tool_name);
  return own.exact == pattern.exact && own.literal == pattern.literal;
}

}  // namespace

BoundSecrets::BoundSecrets(Transaction& transaction, const crypto::MetadataKeyring& ring, const Tenant& tenant,
                           const PrefixCounts& prefixes, std::string_view tool, const std::optional<Uuid>& after)
    : transaction_(transaction), ring_(ring), tenant_(tenant.id), after_(after) {
  const auto patterns = patterns_to_look_up(prefixes, tool);
  ranges_.reserve(patterns.size() * 2 * (tenant.previous_keys ? 2 : 1));
  for (const crypto::TenantKeys* keys : {tenant.keys.get(), tenant.previous_keys.get()}) {
    if (keys == nullptr) continue;
    for (const IndexedPattern& pattern : patterns) add_ranges(*keys, pattern);
  }
}

void BoundSecrets::add_ranges(const crypto::TenantKeys& keys, const IndexedPattern& pattern) {
  const RowKey all = binding_prefix(keys, tenant_, pattern);
  for (const bool defaults : {true, false}) {
    RowKey prefix = all;
    prefix.add(binding_class(defaults));
    ranges_.push_back(
        Range{.prefix = prefix, .keys = &keys, .pattern = pattern, .entry_class = binding_class(defaults)});
  }
}

void BoundSecrets::expect_exact(Transaction& transaction, const crypto::TenantKeys& keys, const Uuid& tenant,
                                std::string_view tool, bool is_default) {
  RowKey prefix = binding_prefix(keys, tenant, IndexedPattern{true, tool});
  prefix.add(binding_class(is_default));
  // A scan asks when it is begun; `fill_together` awaits one like this.
  const auto scan = transaction.scan(Table::tenants, prefix.view(), prefix.view(), rows_ahead);
  static_cast<void>(scan);
}

RowKey BoundSecrets::start_of(const Range& range, const std::optional<Uuid>& after) {
  RowKey start = range.prefix;
  if (after) start.add(after->view()).add(std::uint8_t{0});  // the next possible key
  return start;
}

Task<void> BoundSecrets::fill(Range& range, std::optional<Uuid> after) {
  const RowKey start = start_of(range, after);
  range.rows = co_await transaction_.scan(Table::tenants, range.prefix.view(), start.view(), rows_ahead);
  range.at = 0;
  range.more = range.rows.size() == rows_ahead;
}

Task<void> BoundSecrets::fill_all() {
  filled_ = true;
  if (transaction_.traits().waits) co_return co_await fill_together();
  for (Range& range : ranges_) co_await fill(range, after_);
}

/// All scans are begun before the first is awaited, and the secrets are expected, so that an engine that waits needs
/// two requests however many ranges there are.
Task<void> BoundSecrets::fill_together() {
  std::vector<RowKey> starts;
  for (const Range& range : ranges_) starts.push_back(start_of(range, after_));
  std::vector<Task<std::vector<Row>>> scans;
  scans.reserve(ranges_.size());
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const RowKey& prefix = ranges_[i].prefix;
    scans.push_back(transaction_.scan(Table::tenants, prefix.view(), starts[i].view(), rows_ahead));
  }
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    Range& range = ranges_[i];
    Task<std::vector<Row>> scan = std::move(scans[i]);
    range.rows = co_await scan;
    range.more = range.rows.size() == rows_ahead;
  }
  for (const Range& range : ranges_) {
    for (const Row& row : range.rows) {
      Uuid id;
      if (!parse_id(row.key.subspan(range.prefix.view().size()), id)) continue;  // `next` reports it
      transaction_.expect(Table::tenants, secret_row_key(tenant_, id).view());
    }
  }
}

BoundSecrets::Range* BoundSecrets::smallest() {
  Range* found = nullptr;
  for (Range& range : ranges_) {
    if (range.empty()) continue;
    if (found == nullptr || std::ranges::lexicographical_compare(range.id(), found->id())) found = &range;
  }
  return found;
}

Task<Outcome<std::optional<StoredSecret>>> BoundSecrets::next() {
  if (!filled_) co_await fill_all();
  Range* const range = smallest();
  if (range == nullptr) co_return std::optional<StoredSecret>();
  Uuid id;
  if (!parse_id(range->id(), id)) co_return altered({}, "an entry of the binding index is incomplete");
  ++range->at;
  if (range->empty() && range->more) co_await fill(*range, id);
  const MetadataOpener opener = MetadataOpener{ring_, tenant_, range->keys};
  auto loaded = co_await load_secret(transaction_, opener, id);
  auto secret = indexed(std::move(loaded), id);
  if (!secret) co_return secret.error();
  if (!is_indexed_so(secret->metadata, range->pattern, range->entry_class)) {
    co_return altered(id, "an entry of the binding index belongs to another secret");
  }
  co_return std::optional<StoredSecret>(std::move(*secret));
}

}  // namespace tacit::store
