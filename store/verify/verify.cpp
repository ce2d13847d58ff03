// The walk over all tables on one snapshot, and the checks that concern the store as a whole.
#include "store/verify/verify.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "store/audit/audit_log.hpp"
#include "store/audit/recorded_heads.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/verify/verify_keys.hpp"
#include "store/verify/verify_log.hpp"
#include "store/verify/verify_meta.hpp"
#include "store/verify/verify_tenant.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 512;
/// Several slots are read side by side.
constexpr std::size_t rows_of_slot_at_a_time = 64;

/// The walk over all tables on one snapshot.
class Verification {
 public:
  using Progress = std::function<void(const VerifyProgress&)>;

  Verification(Transaction& transaction, const StoreContext& store, const Progress& progress)
      : transaction_(transaction), store_(store), progress_(progress) {}

  Task<VerifyReport> run() {
    co_await count_rows();
    tell();
    co_await look_for_strangers();
    co_await walk(Table::meta, &Verification::meta_row);
    co_await walk_log();
    log_.end();
    if (!store_.keys.accept_retired) log_.expect_cut_off();  // the log of a backup may end before
    for (const auto& [number, tenant] : replay_.given_pairs()) pairs_.given(number, tenant);
    co_await walk(Table::tenants, &Verification::tenant_row);
    if (tenant_) tenant_->finish();
    co_await walk(Table::api_keys, &Verification::api_key_row);
    finish();
    co_return std::move(report_);
  }

 private:
  void finish() {
    api_key_index_.finish();
    meta_.finish();
    uses_.finish();
    if (meta_.key_list()) replay_.key_list(*meta_.key_list());
    replay_.finish();
    const bool has_rows = report_.secrets > 0 || report_.api_keys > 0;
    if (log_.is_empty() && report_.audit_pruned_through == 0 && has_rows) {
      report_.add("the audit log is empty although there are secrets or API keys");
    }
  }

  Task<void> look_for_strangers() {
    const std::uint64_t strangers = co_await transaction_.strangers();
    if (strangers > 0) report_.add("beside the store's own tables there are others: " + std::to_string(strangers));
  }

  Task<void> count_rows() {
    for (const Table table : {Table::meta, Table::tenants, Table::api_keys, Table::audit}) {
      at_.rows_total += co_await transaction_.estimate(table);
    }
  }

  void tell() const {
    if (progress_) progress_(at_);
  }

  Task<void> walk(Table table, void (Verification::*check)(const Row&)) {
    Bytes start;
    std::uint64_t seen = 0;
    for (;;) {
      const auto rows = co_await transaction_.scan(table, {}, start, rows_at_a_time);
      for (const Row& row : rows) {
        (this->*check)(row);
        note_table(table, ++seen);
      }
      count(rows.size());
      if (rows.empty()) co_return;
      go_on_after(start, rows.back().key);
      transaction_.release_rows();
    }
  }

  static void go_on_after(Bytes& start, ByteView key) {
    start.assign(key.begin(), key.end());
    start.push_back(0);  // the next possible key
  }

  void count(std::size_t rows) {
    at_.rows += rows;
    if (at_.rows_total != 0) at_.rows_total = std::max(at_.rows_total, at_.rows);  // an engine may only estimate it
    if (rows > 0) tell();
  }

  /// A log with slots beside 0 is merged, so its slots are read side by side.
  Task<void> walk_log() {
    const auto slots = co_await transaction_.audit_slots();
    const bool is_one = std::ranges::all_of(slots, &AuditSlot::is_embedded);
    if (is_one) {
      co_await walk(Table::audit, &Verification::audit_row);
    } else {
      log_.merges(slots);
      co_await walk_slots();
    }
  }

  Task<void> walk_slots() {
    for (const AuditMark& through : log_.pruned_through()) heads_.begins_after(through);
    std::map<AuditSlot, Bytes> starts;
    std::uint64_t seen = 0;
    for (auto slot = log_.wants(); slot; slot = log_.wants()) {
      const AuditKey prefix = audit_prefix(*slot);
      Bytes& start = starts[*slot];
      const auto rows = co_await transaction_.scan(Table::audit, prefix, start, rows_of_slot_at_a_time);
      for (const Row& row : rows) {
        audit_row(row);
        note_heads(row);
        note_table(Table::audit, ++seen);
      }
      count(rows.size());
      if (rows.empty()) log_.ends(*slot);
      if (!rows.empty()) go_on_after(start, rows.back().key);
      transaction_.release_rows();
      co_await look_heads_up();
    }
    heads_.end();
    co_await look_heads_up();
    report_.heads_checked = heads_.right();
    if (transaction_.traits().shared) co_return;  // the engine makes the rows from the slots
    const std::uint64_t stored = co_await transaction_.estimate(Table::audit);
    if (seen >= stored) co_return;
    const std::uint64_t others = stored - seen;
    const std::string verb = others == 1 ? " row of the audit log is" : " rows of the audit log are";
    report_.add(std::to_string(others) + verb + " in none of its slots");
  }

  void note_heads(const Row& row) {
    const auto entry = parse_audit_row(row);
    if (entry) heads_.entry(entry->mark(), entry->first != 0, recorded_heads(entry->body));
  }

  Task<void> look_heads_up() {
    if (heads_.is_empty()) co_return;
    RecordedHeadsCheck::Compared compared = co_await heads_.look_up_in(transaction_);
    heads_.settle(std::move(compared));
  }

  void meta_row(const Row& row) { meta_.row(row); }

  void audit_row(const Row& row) { log_.row(row, meta_.rows_format()); }

  void tenant_row(const Row& row) {
    ParsedKey key;
    if (!parse_key(row.key, key)) return report_.add("a row that belongs to no tenant");
    if (key.kind == static_cast<std::uint8_t>(RowKind::record)) meta_.has_record(key.tenant);
    if (key.kind == static_cast<std::uint8_t>(RowKind::newest_secret)) meta_.has_newest_secret();
    if (meta_.is_being_erased(key.tenant)) return;
    if (tenant_ && tenant_->tenant() != key.tenant) {
      tenant_->finish();
      tenant_.reset();
    }
    if (!tenant_) tenant_.emplace(parts_, key.tenant, meta_.rows_format());
    tenant_->row(key, row);
  }

  void api_key_row(const Row& row) {
    ++report_.api_keys;
    const auto key = decode_api_key(row.key, row.value, store_.metadata());
    if (key && meta_.is_being_erased(key->tenant)) return;
    if (!key) report_.add("API key " + std::string(crypto::as_text(row.key)) + ": its record was altered");
    api_key_index_.key(crypto::as_text(row.key), row.value, key ? &*key : nullptr);
    replay_.api_key(crypto::as_text(row.key), key ? &*key : nullptr);
  }

  Transaction& transaction_;
  const StoreContext& store_;
  const Progress& progress_;
  VerifyProgress at_;
  VerifyReport report_;
  AuditReplay replay_{report_, store_.keys.signers().cut_off()};
  ApiKeyIndexCheck api_key_index_{report_};
  KeyCheck pairs_{store_.keys, report_};
  LogCheck log_{store_.keys.signers(), replay_, report_};
  RecordedHeadsCheck heads_{store_.shared_from_this(), report_};
  UsesCheck uses_{store_.metadata(), report_};
  MetaCheck meta_{store_.keys, pairs_, log_, uses_, report_};
  const TenantCheck::Parts parts_{.store = store_,
                                  .replay = replay_,
                                  .api_key_index = api_key_index_,
                                  .pairs = pairs_,
                                  .uses = uses_,
                                  .report = report_};
  std::optional<TenantCheck> tenant_;
};

Task<Outcome<VerifyReport>> verify_in(Transaction& transaction, const StoreContext& store,
                                      const Verification::Progress& progress) {
  Verification verification(transaction, store, progress);
  co_return co_await verification.run();
}

}  // namespace

Outcome<VerifyReport> verify_store(const Store& store, const std::function<void(const VerifyProgress&)>& progress) {
  const ContextPtr context = store.context();
  return read_blocking<VerifyReport>(
      *context->engine, [&](Transaction& transaction) { return verify_in(transaction, *context, progress); });
}

}  // namespace tacit::store
