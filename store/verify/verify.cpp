// The walk over all tables on one snapshot, and the checks that concern the store as a whole.
#include "store/verify/verify.hpp"

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include "store/audit/audit_log.hpp"
#include "store/audit/recorded_heads.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/verify/ordered_work.hpp"
#include "store/verify/row_parts.hpp"
#include "store/verify/verify_keys.hpp"
#include "store/verify/verify_log.hpp"
#include "store/verify/verify_meta.hpp"
#include "store/verify/verify_tenant.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 512;
/// Several slots are read side by side: of each that many, and no more than that of all.
constexpr std::size_t rows_of_slot_at_a_time = 64;
/// For one step on a thread: opening as many values, or verifying as many signatures, takes some milliseconds.
constexpr std::size_t rows_of_part = 128;
constexpr std::size_t rows_of_slots = 4096;

/// The walk over all tables on one snapshot.
class Verification {
 public:
  using Progress = std::function<void(const VerifyProgress&)>;

  Verification(Transaction& transaction, const StoreContext& store, const Progress& progress, unsigned threads)
      : transaction_(transaction), store_(store), progress_(progress), threads_(threads) {}

  Task<VerifyReport> run() {
    co_await count_rows();
    if (at_.rows_total != 0) tell();
    co_await look_for_strangers();
    co_await walk(Table::meta, &Verification::meta_row);
    co_await walk_log();
    log_.end();
    if (!store_.keys.accept_retired) log_.expect_cut_off();  // the log of a backup may end before
    for (const auto& [number, tenant] : replay_.given_pairs()) pairs_.given(number, tenant);
    co_await walk_tenants();
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
      co_await walk_one_slot();
    } else {
      log_.merges(slots);
      co_await walk_slots(slots.size());
    }
  }

  /// For speed: with a signature for each entry, as in the log of a store with few changes at a time, verifying them
  /// takes most of this walk, so several threads do it.
  Task<void> walk_one_slot() {
    const crypto::Signers& signers = store_.keys.signers();
    OrderedWork<LogRows> work(threads_, [&signers](LogRows& rows) { rows.check(signers); });
    Bytes start;
    std::uint64_t seen = 0;
    for (;;) {
      const auto rows = co_await transaction_.scan(Table::audit, {}, start, rows_of_part);
      if (rows.empty()) break;
      work.push(std::make_unique<LogRows>(rows));
      go_on_after(start, rows.back().key);
      transaction_.release_rows();
      while (work.is_full()) judge(*work.pop(), seen);
    }
    while (!work.is_empty()) judge(*work.pop(), seen);
  }

  void judge(const LogRows& part, std::uint64_t& seen) {
    for (const LogRows::Each& each : part.rows) {
      log_.row(each.row, meta_.rows_format(), &each.right);
      note_table(Table::audit, ++seen);
    }
    count(part.rows.size());
  }

  Task<void> walk_slots(std::size_t slots) {
    for (const AuditMark& through : log_.pruned_through()) heads_.begins_after(through);
    std::map<AuditSlot, Bytes> starts;
    std::uint64_t seen = 0;
    const std::size_t rows_of_slot =
        std::clamp(rows_of_slots / std::max<std::size_t>(slots, 1), rows_of_slot_at_a_time, rows_at_a_time);
    for (auto slot = log_.wants(); slot; slot = log_.wants()) {
      const AuditKey prefix = audit_prefix(*slot);
      Bytes& start = starts[*slot];
      const auto rows = co_await transaction_.scan(Table::audit, prefix, start, rows_of_slot);
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

  /// For speed: opening metadata and values takes most of a check's time, so several threads do it: two take
  /// 0.59 times the time of one. The findings are those of one thread, in the same order.
  Task<void> walk_tenants() {
    OrderedWork<TenantRows> work(threads_, [](TenantRows& rows) { rows.check(); });
    Bytes start;
    std::uint64_t seen = 0;
    for (;;) {
      const auto rows = co_await transaction_.scan(Table::tenants, {}, start, rows_of_part);
      if (rows.empty()) break;
      work.push(part_of(rows));
      go_on_after(start, rows.back().key);
      transaction_.release_rows();
      while (work.is_full()) judge(*work.pop(), seen);
    }
    while (!work.is_empty()) judge(*work.pop(), seen);
  }

  std::unique_ptr<TenantRows> part_of(const std::vector<Row>& rows) {
    auto part = std::make_unique<TenantRows>(rows);
    for (const Row& row : rows) add_to(*part, part->kept.keep(row));
    return part;
  }

  void add_to(TenantRows& part, const Row& row) {
    ParsedKey key;
    if (!parse_key(row.key, key)) return part.rows.push_back({.row = row, .key = {}, .tenant = nullptr});
    if (key.kind == static_cast<std::uint8_t>(RowKind::record)) meta_.has_record(key.tenant);
    if (key.kind == static_cast<std::uint8_t>(RowKind::newest_secret)) meta_.has_newest_secret();
    if (meta_.is_being_erased(key.tenant)) return;
    if (!opening_ || opening_->tenant() != key.tenant) {
      opening_ = std::make_shared<TenantOpening>(store_, pairs_, key.tenant);
      // The first of its rows, if it is there.
      if (key.kind == static_cast<std::uint8_t>(RowKind::record) && key.rest.empty()) opening_->give_record(row.value);
    }
    part.rows.push_back({.row = row, .key = key, .tenant = opening_});
  }

  void judge(TenantRows& part, std::uint64_t& seen) {
    for (TenantRows::Each& each : part.rows) tenant_row(each);
    note_table(Table::tenants, seen += part.count);
    count(part.count);
  }

  void tenant_row(TenantRows::Each& each) {
    if (!each.tenant) return report_.add("a row that belongs to no tenant");
    if (tenant_ && tenant_->tenant() != each.key.tenant) {
      tenant_->finish();
      tenant_.reset();
    }
    if (!tenant_) tenant_.emplace(parts_, each.tenant, meta_.rows_format());
    tenant_->row(each.key, each.row, std::move(each.checked));
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
  const unsigned threads_;
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
  std::shared_ptr<TenantOpening> opening_{};  ///< of the last row that was read
};

Task<Outcome<VerifyReport>> verify_in(Transaction& transaction, const StoreContext& store,
                                      const Verification::Progress& progress, unsigned threads) {
  Verification verification(transaction, store, progress, threads);
  co_return co_await verification.run();
}

}  // namespace

Outcome<VerifyReport> verify_store(const Store& store, const std::function<void(const VerifyProgress&)>& progress,
                                   unsigned threads) {
  const ContextPtr context = store.context();
  const unsigned used = threads != 0 ? threads : std::thread::hardware_concurrency();
  return read_blocking<VerifyReport>(
      *context->engine, [&](Transaction& transaction) { return verify_in(transaction, *context, progress, used); });
}

}  // namespace tacit::store
