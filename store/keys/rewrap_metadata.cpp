// Remakes everything that uses a metadata key with the primary one.
#include <algorithm>

#include "store/api_keys/api_key_table.hpp"
#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/keys/rewrap_search.hpp"
#include "store/keys/rewrap_steps.hpp"
#include "store/model/failures.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/secret_index.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

/// Rows that one transaction reads to change some of them.
constexpr std::size_t rows_of_step = 4096;
constexpr std::size_t rows_at_a_time = 256;
/// The bytes of rows in one transaction; one row is always taken.
constexpr std::size_t bytes_of_step = std::size_t{512} << 10;
/// The cost of moving one row in the map: the row, three old and three new index entries are each on another page.
constexpr std::size_t bytes_of_one = std::size_t{7} * 2048;

/// Moved rows in one audit entry.
constexpr std::size_t moved_at_once = 48;

/// One transaction's part of the work.
class MetadataStep {
 public:
  /// `third_format`: whether the store takes rows of format 3.
  MetadataStep(Transaction& transaction, const StoreContext& store, RewrapPosition from, std::size_t most,
               bool third_format)
      : transaction_(transaction), store_(store), left_(most), third_format_(third_format) {
    step_.next = std::move(from);
  }

  Task<RewrapStep> run() {
    if (at().table == Table::api_keys) {
      co_await move_api_keys();
    } else {
      bool more = true;
      while (more) {
        co_await move_tenant();
        more = co_await next_is_stale();
      }
    }
    co_return std::move(step_);
  }

  /// Call after `run`. The moved rows, for the audit log; empty before format 3.
  std::vector<MovedRow> take_moved() { return std::move(moved_); }

 private:
  RewrapPosition& at() { return step_.next; }
  bool spent() const { return left_ == 0 || looks_ == 0 || bytes_ == 0; }
  const crypto::MetadataKeyring::Entry& target() const { return store_.metadata().primary(); }
  void problem(const crypto::Uuid& tenant, const std::string& what) {
    step_.problems.push_back("tenant " + tenant.str() + ": " + what);
  }
  void take_in_hand(std::size_t bytes) {
    left_ -= std::min<std::size_t>(left_, 1);
    bytes_ -= std::min(bytes_, bytes);
  }

  /// Whether the step can continue with the next tenant.
  Task<bool> next_is_stale() {
    if (spent() || at().within) co_return false;
    --looks_;
    const auto rows = co_await transaction_.scan(Table::tenants, {}, at().key, 1);
    if (rows.empty() || !is_stale(Table::tenants, rows.front(), target().id)) co_return false;
    at().key.assign(rows.front().key.begin(), rows.front().key.end());
    co_return true;
  }

  void pass(const crypto::Uuid& tenant) {
    const RowKey next = after_tenant(tenant);
    at() = RewrapPosition{.table = Table::tenants, .key = Bytes(next.view().begin(), next.view().end())};
  }

  /// Moves the tenant at the position, from there on. A tenant that cannot be opened, or is being erased, is a problem.
  Task<void> move_tenant();
  void begin(const crypto::Uuid& tenant);
  bool depart(Tenant& tenant);
  bool arrive(Tenant& tenant);
  Task<bool> move_secrets(Tenant& tenant);
  void move_secret(Tenant& tenant, ByteView id_bytes, const Bytes& row);
  Task<void> move_api_keys();
  Task<void> move_api_key(std::string id);

  Transaction& transaction_;
  const StoreContext& store_;
  std::size_t left_;
  std::size_t looks_ = rows_of_step;
  std::size_t bytes_ = bytes_of_step;
  const bool third_format_;
  std::vector<MovedRow> moved_;
  RewrapStep step_;
};

Task<void> MetadataStep::move_tenant() {
  ParsedKey key;
  parse_key(at().key, key);
  const crypto::Uuid id = key.tenant;
  auto loaded = co_await load_tenant(transaction_, store_.metadata(), id);
  if (!loaded || !*loaded) {
    if (!loaded) problem(id, loaded.error().subject);
    pass(id);
    co_return;
  }
  Tenant& tenant = **loaded;
  // Opened before the record names another key.
  if (tenant.record.prefixes.open(*tenant.keys) == nullptr) {
    problem(id, "its prefix lengths cannot be opened");
    pass(id);
    co_return;
  }
  const TenantRecord& record = tenant.record;
  // Another run may have begun to move the tenant to another key meanwhile.
  if (at().within && at().to != record.metadata_key) begin(id);
  const bool stale = record.metadata_key != target().id || record.previous_metadata_key;
  if (!at().within && (stale || is_kind(key, RowKind::record))) begin(id);
  const bool departs = !at().within && depart(tenant);
  const std::uint64_t before = step_.secrets;
  const bool ended = co_await move_secrets(tenant);
  const bool arrives = ended && arrive(tenant);
  if (departs || arrives || step_.secrets != before) co_await save_tenant(transaction_, tenant);
}

/// At the tenant's first secret.
void MetadataStep::begin(const crypto::Uuid& tenant) {
  const RowKey first(tenant, RowKind::secret);
  at() = RewrapPosition{.table = Table::tenants, .key = Bytes(first.view().begin(), first.view().end())};
  at().whole = true;
}

/// Names the primary key in the record, if necessary. A tenant that is being moved to another key finishes that move
/// first.
bool MetadataStep::depart(Tenant& tenant) {
  TenantRecord& record = tenant.record;
  at().to = record.metadata_key;
  if (record.metadata_key == target().id || record.previous_metadata_key) return false;
  record.previous_metadata_key = record.metadata_key;
  record.metadata_key = at().to = target().id;
  tenant.previous_keys = std::move(tenant.keys);
  tenant.keys = std::make_shared<const crypto::TenantKeys>(target(), tenant.id);
  return true;
}

/// Removes the previous key from the record, because no secret names it any more. Returns whether there was one.
bool MetadataStep::arrive(Tenant& tenant) {
  const RewrapPosition came = at();
  pass(tenant.id);
  if (!came.clean || !tenant.record.previous_metadata_key) return false;
  const RowKey again = record_row_key(tenant.id);
  const bool more = !came.whole || tenant.record.metadata_key != target().id;
  if (more) at().key.assign(again.view().begin(), again.view().end());
  if (!came.whole) return false;
  tenant.record.previous_metadata_key.reset();
  tenant.previous_keys.reset();
  ++step_.tenants;
  take_in_hand(0);
  return true;
}

/// Moves secrets from the position on. Returns whether that was the last of the tenant.
Task<bool> MetadataStep::move_secrets(Tenant& tenant) {
  const RowKey prefix(tenant.id, RowKind::secret);
  for (;;) {
    const std::size_t ask = std::clamp<std::size_t>(looks_, 1, rows_at_a_time);
    const auto seen = co_await transaction_.scan(Table::tenants, prefix.view(), at().key, ask);
    // Copied, except for rows that stay, because stored rows move with the first change.
    std::vector<std::pair<Bytes, Bytes>> rows;
    for (const Row& row : seen) {
      auto& [key, value] = rows.emplace_back(Bytes(row.key.begin(), row.key.end()), Bytes());
      if (is_stale_secret(row.value, tenant.record.metadata_key)) value.assign(row.value.begin(), row.value.end());
    }
    at().within = true;
    for (const auto& [key, value] : rows) {
      if (spent()) co_return false;
      --looks_;
      if (!value.empty()) move_secret(tenant, ByteView(key).subspan(prefix.view().size()), value);
      go_on_after(at().key, key);
    }
    if (rows.size() < ask) co_return true;
    if (spent()) co_return false;
  }
}

void MetadataStep::move_secret(Tenant& tenant, ByteView id_bytes, const Bytes& row) {
  const auto stays = [&](const std::string& why) {
    at().clean = false;
    problem(tenant.id, why);
  };
  crypto::Uuid id;
  if (!parse_id(id_bytes, id)) return stays("a secret whose row key is not an id");
  const crypto::TenantKeys& likely = tenant.previous_keys ? *tenant.previous_keys : *tenant.keys;
  const auto secret = open_secret({store_.metadata(), tenant.id, &likely}, id, row);
  if (!secret) return stays("secret " + id.str() + ": " + secret.error().subject);
  Metadata metadata = secret->metadata;
  if (!metadata.default_is_bound())
    return stays("secret " + id.str() + ": is a default without a tool and an argument");
  SecretHeader header = secret->header;
  if (third_format_) use_second_format(header, metadata, secret->value_box);
  const Bytes moved = seal_secret(*tenant.keys, id, header, secret->value_box, metadata);
  if (third_format_) moved_.push_back({tenant.id, id, row_digest(row), row_digest(moved)});
  transaction_.put(Table::tenants, secret_row_key(tenant.id, id).view(), moved);
  static_cast<void>(reindex(transaction_, tenant, id, &*secret, &metadata));  // the prefix counts are open
  ++step_.secrets;
  take_in_hand(row.size());
}

Task<void> MetadataStep::move_api_keys() {
  const auto seen = co_await transaction_.scan(Table::api_keys, {}, at().key, rows_at_a_time);
  std::vector<std::pair<std::string, bool>> ids;
  ids.reserve(seen.size());
  for (const Row& row : seen) {
    ids.emplace_back(crypto::as_text(row.key), is_stale(Table::api_keys, row, target().id));
  }
  for (const auto& [id, stale] : ids) {
    if (spent()) co_return;
    if (stale) co_await move_api_key(id);
    go_on_after(at().key, crypto::as_bytes(id));
  }
}

Task<void> MetadataStep::move_api_key(std::string id) {
  auto stored = co_await load_api_key(transaction_, store_, id);
  if (stored && !stored->indexed && !stored->key.revoked_at) {
    // A row of format 1 is rewritten in format 2, and gets its index entry.
    const auto tenant = co_await load_or_make_tenant(transaction_, store_, stored->key.tenant);
    if (tenant) {
      put_api_key_entry(transaction_, stored->key);
    } else {
      stored = tenant.error();
    }
  }
  if (stored) {
    stored->key.metadata_key = target().id;
    put_api_key(transaction_, store_, stored->key);
    ++step_.api_keys;
    take_in_hand(0);
  } else {
    step_.problems.push_back(stored.error().subject);
  }
}

/// The audit log's checkpoint uses a metadata key, too, while nothing is signed. If it cannot be read, the other work
/// continues.
Task<Outcome<RewrapStep>> do_first(Transaction& transaction, ContextPtr store) {
  const auto newest = co_await check_newest(transaction, store->keys, KeyKind::metadata);
  if (!newest) co_return newest.error();
  RewrapStep step;
  if (store->keys.phase() != crypto::SigningPhase::none) co_return step;  // a root rewrap signs it
  auto renewed = co_await renew_checkpoint(transaction, store->keys);
  if (!renewed) step.problems.push_back(std::move(renewed.error().subject));
  co_return step;
}

Task<Outcome<void>> record_moved(Transaction& transaction, const StoreContext& store, std::vector<MovedRow> moved,
                                 const AuditContext& who) {
  for (std::size_t at = 0; at < moved.size(); at += moved_at_once) {
    const std::size_t number = std::min(moved_at_once, moved.size() - at);
    const auto first = moved.begin() + static_cast<std::ptrdiff_t>(at);
    AuditEvent event;
    event.action = AuditAction::key_rewrap;
    event.reason = "metadata " + crypto::to_hex(store.metadata().primary().id) + ": moved " + std::to_string(number) +
                   (number == 1 ? " secret" : " secrets");
    event.moved.assign(first, first + static_cast<std::ptrdiff_t>(number));
    const auto recorded = co_await append_audit(transaction, event, who);
    if (!recorded) co_return recorded.error();
  }
  co_return Outcome<void>();
}

Task<Outcome<RewrapStep>> do_step(Transaction& transaction, ContextPtr store, RewrapPosition from, std::size_t most,
                                  AuditContext who) {
  const auto newest = co_await check_newest(transaction, store->keys, KeyKind::metadata);
  if (!newest) co_return newest.error();
  const std::uint32_t rows = co_await rows_format(transaction);
  MetadataStep step(transaction, *store, std::move(from), most, rows >= store_format);
  RewrapStep done = co_await step.run();
  const auto recorded = co_await record_moved(transaction, *store, step.take_moved(), who);
  if (!recorded) co_return recorded.error();
  co_return done;
}

/// Goes from there to the next row that needs work, and does a step of it.
Async<RewrapStep> go_on(ContextPtr store, RewrapPosition from, std::size_t most, AuditContext who) {
  const crypto::KeyId target = store->metadata().primary().id;
  while (!from.within) {
    WorkBody<RewrapSearch> searching = [&from, &target](Transaction& transaction) {
      return search_stale(transaction, from, target);
    };
    auto searched = read<RewrapSearch>(*store->engine, std::move(searching));
    if (!searched) co_return searched.error();
    from = std::move(searched->at);
    if (searched->found) break;
    if (!searched->ended) continue;
    RewrapStep nothing;
    nothing.next = std::move(from);
    nothing.finished = true;
    co_return nothing;
  }
  WorkBody<RewrapStep> body = [store, from, most, who](Transaction& transaction) {
    return do_step(transaction, store, from, most, who);
  };
  const std::size_t bytes = bytes_of_step + bytes_of_one * most;
  co_return co_await write<RewrapStep>(*store->engine, std::move(body), Growth::grows, bytes);
}

}  // namespace

Async<RewrapStep> rewrap_metadata(ContextPtr store, RewrapPosition from, std::size_t most, AuditContext who) {
  RewrapStep first;
  if (!from.within && from.table == Table::tenants && from.key.empty()) {
    WorkBody<RewrapStep> body = [store](Transaction& transaction) { return do_first(transaction, store); };
    auto done = co_await write<RewrapStep>(*store->engine, std::move(body));
    if (!done) co_return done.error();
    first = std::move(*done);
  }
  auto step = co_await go_on(std::move(store), std::move(from), most, std::move(who));
  if (step) step->problems.insert(step->problems.begin(), first.problems.begin(), first.problems.end());
  co_return step;
}

}  // namespace tacit::store
