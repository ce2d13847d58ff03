#include "store/secrets/bound_defaults.hpp"

#include <algorithm>

#include "store/model/failures.hpp"
#include "store/rows/secret_index.hpp"

namespace tacit::store {
namespace {

/// Entries to read ahead in a range. Few, because there may be many ranges.
constexpr std::size_t rows_ahead = 8;
/// Ranges to read at once on an engine that waits, so that most releases need two requests to it.
constexpr std::size_t ranges_at_once = 256;

bool is_indexed_so(const Metadata& metadata, const IndexedPattern& pattern) {
  if (!metadata.tool_name || !metadata.is_default) return false;
  const IndexedPattern own = indexed_pattern(*metadata.tool_name);
  return own.exact == pattern.exact && own.literal == pattern.literal;
}

bool is_same(const std::shared_ptr<const crypto::TenantKeys>& a, const std::shared_ptr<const crypto::TenantKeys>& b) {
  if (!a || !b) return !a && !b;
  return a->metadata_key_id() == b->metadata_key_id();
}

}  // namespace

BoundDefaults::BoundDefaults(const Tenant& tenant, PrefixCounts prefixes)
    : tenant_(tenant.id), keys_(tenant.keys), previous_keys_(tenant.previous_keys), prefixes_(std::move(prefixes)) {}

bool BoundDefaults::fits(const Tenant& tenant) const {
  return is_same(tenant.keys, keys_) && is_same(tenant.previous_keys, previous_keys_);
}

void BoundDefaults::add(std::size_t tool, std::string_view name) {
  for (const IndexedPattern& pattern : patterns_to_look_up(prefixes_, name)) add(pattern, ToolSet{1} << tool);
}

void BoundDefaults::add(const IndexedPattern& pattern, ToolSet tool) {
  auto& known = pattern.exact ? exact_ : prefix_;
  const auto [at, is_new] = known.emplace(pattern.literal, ranges_.size());
  if (!is_new) {
    ranges_[at->second].tools |= tool;
    if (previous_keys_) ranges_[at->second + 1].tools |= tool;
    return;
  }
  for (const crypto::TenantKeys* keys : {previous_keys_.get(), keys_.get()}) {
    if (keys == nullptr) continue;
    RowKey prefix = binding_prefix(*keys, tenant_, pattern);
    prefix.add(binding_class(true));
    ranges_.push_back(Range{.prefix = prefix, .keys = keys, .pattern = pattern, .tools = tool});
  }
}

RowKey BoundDefaultsReader::start_of(std::size_t range) const {
  RowKey start = defaults_.ranges_[range].prefix;
  if (range == defaults_.at_ && defaults_.after_) {
    start.add(defaults_.after_->view()).add(std::uint8_t{0});  // the next possible key
  }
  return start;
}

/// All scans are begun before the first is awaited, and the secrets are expected.
Task<void> BoundDefaultsReader::read_ahead() {
  const std::size_t at_once = transaction_.traits().waits ? ranges_at_once : 1;
  first_ = defaults_.at_;
  row_ = 0;
  const std::size_t count = std::min(at_once, defaults_.ranges_.size() - first_);
  rows_.assign(count, {});
  std::vector<RowKey> starts;
  starts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) starts.push_back(start_of(first_ + i));
  std::vector<Task<std::vector<Row>>> scans;
  scans.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const RowKey& prefix = defaults_.ranges_[first_ + i].prefix;
    scans.push_back(transaction_.scan(Table::tenants, prefix.view(), starts[i].view(), rows_ahead));
  }
  for (std::size_t i = 0; i < count; ++i) {
    Task<std::vector<Row>> scan = std::move(scans[i]);
    rows_[i] = co_await scan;
  }
  for (const std::vector<Row>& rows : rows_) expect_secrets(rows);
}

/// The same for the present range alone.
Task<void> BoundDefaultsReader::read_more() {
  const RowKey start = start_of(defaults_.at_);
  const RowKey prefix = defaults_.ranges_[defaults_.at_].prefix;
  auto rows = co_await transaction_.scan(Table::tenants, prefix.view(), start.view(), rows_ahead);
  expect_secrets(rows);
  rows_[defaults_.at_ - first_] = std::move(rows);
  row_ = 0;
}

void BoundDefaultsReader::expect_secrets(const std::vector<Row>& rows) const {
  if (!transaction_.traits().waits) return;
  for (const Row& row : rows) {
    Uuid id;
    if (!parse_id(row.key.last(std::min(row.key.size(), id.bytes.size())), id)) continue;  // `load` reports it
    transaction_.expect(Table::tenants, secret_row_key(defaults_.tenant_, id).view());
  }
}

Task<Outcome<StoredSecret>> BoundDefaultsReader::load(const Range& range, Row entry) {
  Uuid id;
  if (!parse_id(entry.key.subspan(range.prefix.view().size()), id)) {
    co_return altered({}, "an entry of the binding index is incomplete");
  }
  const MetadataOpener opener = MetadataOpener{ring_, defaults_.tenant_, range.keys};
  auto loaded = co_await load_secret(transaction_, opener, id);
  auto secret = indexed(std::move(loaded), id);
  if (!secret) co_return secret.error();
  if (!is_indexed_so(secret->metadata, range.pattern) || !secret->metadata.tool_arg) {
    co_return altered(id, "an entry of the binding index belongs to another secret");
  }
  co_return secret;
}

Task<Outcome<BoundDefaultsReader::Step>> BoundDefaultsReader::next() {
  Step step;
  step.ended = defaults_.at_ == defaults_.ranges_.size();
  if (step.ended) co_return std::move(step);
  if (defaults_.at_ < first_ || defaults_.at_ - first_ >= rows_.size()) co_await read_ahead();
  if (row_ == rows_ahead) co_await read_more();
  const std::vector<Row>& rows = rows_[defaults_.at_ - first_];
  if (row_ == rows.size()) {
    ++defaults_.at_;
    defaults_.after_.reset();
    row_ = 0;
    co_return std::move(step);
  }
  const Range& range = defaults_.ranges_[defaults_.at_];
  auto secret = co_await load(range, rows[row_]);
  if (!secret) co_return secret.error();
  ++row_;
  defaults_.after_ = secret->id;
  step.tools = range.tools;
  step.secret = std::move(*secret);
  co_return std::move(step);
}

}  // namespace tacit::store
