// The walk over all tables on one snapshot, and the checks that concern the store as a whole.
#include "store/verify/verify.hpp"

#include <set>

#include "store/audit/audit_chain.hpp"
#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_log.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/model/failures.hpp"
#include "store/rows/api_key_row.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/store_meta.hpp"
#include "store/verify/verify_tenant.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t rows_at_a_time = 512;

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
    co_await walk(Table::audit, &Verification::audit_row);
    if (!has_log_) replay_.give_up();
    co_await walk(Table::tenants, &Verification::tenant_row);
    if (tenant_) tenant_->finish();
    co_await walk(Table::api_keys, &Verification::api_key_row);
    api_key_index_.finish();
    finish();
    co_return std::move(report_);
  }

 private:
  void finish() {
    if (!format_) report_.add("the store's format is not recorded");
    if (format_ && rows_format_ > *format_) {
      report_.add("the store accepts rows of a newer format than its own");
    }
    if (!has_keys_) report_.add("the store's keys are not recorded");
    if (!has_store_ && store_.keys.phase() != crypto::SigningPhase::none) {
      report_.add("the store's id is not recorded");
    }
    if (report_.audit_entries > 0) report_.audit_head = to_string(chain_.last());
    if (has_log_) return replay_.finish();
    if (report_.audit_pruned_through > 0) {
      report_.add("the audit log is empty although it was pruned");
    } else if (report_.secrets > 0 || report_.api_keys > 0) {
      report_.add("the audit log is empty although there are secrets or API keys");
    }
  }

  Task<void> look_for_strangers() {
    const std::uint64_t strangers = co_await transaction_.strangers();
    if (strangers > 0) report_.add("beside the store's own tables there are others: " + number(strangers));
  }

  Task<void> count_rows() {
    for (const Table table : {Table::meta, Table::tenants, Table::api_keys, Table::audit}) {
      at_.rows_total += co_await transaction_.count(table);
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
      at_.rows += rows.size();
      if (!rows.empty()) tell();
      if (rows.empty()) co_return;
      start.assign(rows.back().key.begin(), rows.back().key.end());
      start.push_back(0);  // the next possible key
    }
  }

  void meta_row(const Row& row) {
    if (std::ranges::equal(row.key, format_row_key()) && format_of(row.value)) {
      format_ = format_of(row.value);
    } else if (std::ranges::equal(row.key, rows_row_key()) && rows_format_of(row.value) > first_store_format) {
      rows_format_ = rows_format_of(row.value);
    } else if (std::ranges::equal(row.key, keys_row_key())) {
      has_keys_ = true;
      const auto fits = check_keys(row.value, store_.keys);
      if (!fits) report_.add("the store as a whole: " + fits.error().subject);
    } else if (std::ranges::equal(row.key, store_row_key())) {
      store_row(row.value);
    } else if (crypto::as_text(row.key).starts_with(crypto::as_text(prekey_prefix()))) {
      prekey_row(row);
    } else if (const auto erasing = tenant_of_erasure_mark(row.key)) {
      erasure_row(*erasing, row);
    } else if (std::ranges::equal(row.key, checkpoint_key())) {
      checkpoint_row(row.value);
    } else {
      report_.add("a row of unknown meaning about the store as a whole");
    }
  }

  void store_row(ByteView value) {
    has_store_ = true;
    if (store_of(value) == store_.keys.store()) return;
    report_.add("the store's id is that of another store than root-public-keyring's");
  }

  void prekey_row(const Row& row) {
    const std::string prekey = "prekey " + crypto::to_hex(row.key.subspan(prekey_prefix().size())) + ": ";
    const auto key = decode_prekey(row.key, row.value);
    if (!key) return report_.add(prekey + "its row was altered");
    const crypto::KeyId& id = key->certificate->signer;
    const crypto::Signer* const signer = store_.keys.signers().find(id);
    if (signer == nullptr || signer->role != crypto::SigningRole::root ||
        signer->state == crypto::SignerState::retired) {
      return report_.add(prekey + "is signed by the key " + crypto::to_hex(id) +
                         ", which root-public-keyring does not accept");
    }
    if (!crypto::is_certified(*key, store_.keys.store(), signer->key)) report_.add(prekey + "its row was altered");
  }

  /// The remaining rows of such a tenant are not checked: they are being erased.
  void erasure_row(const crypto::Uuid& tenant, const Row& row) {
    erasing_.insert(tenant);
    report_.add("tenant " + tenant.str() +
                (is_good_erasure_mark(row, store_.keys)
                     ? ": its erasure is not finished: it is in progress, or was interrupted and has to be run again"
                     : ": the mark of its erasure was altered"));
  }

  void checkpoint_row(ByteView value) {
    const auto checkpoint = decode_checkpoint(value, store_.keys);
    if (!checkpoint) return report_.add("the audit log's record of pruned entries was altered");
    report_.audit_pruned_through = checkpoint->through.sequence;
    chain_ = AuditChain(checkpoint->through);
    replay_.begins_later();
  }

  void tenant_row(const Row& row) {
    ParsedKey key;
    if (!parse_key(row.key, key)) return report_.add("a row that belongs to no tenant");
    if (erasing_.contains(key.tenant)) return;
    if (tenant_ && tenant_->tenant() != key.tenant) {
      tenant_->finish();
      tenant_.reset();
    }
    if (!tenant_) tenant_.emplace(store_, replay_, api_key_index_, report_, key.tenant);
    if (rows_format_ == first_store_format) tenant_->expect_first_format();
    tenant_->row(key, row);
  }

  void api_key_row(const Row& row) {
    ++report_.api_keys;
    const auto key = decode_api_key(row.key, row.value, store_.metadata());
    if (key && erasing_.contains(key->tenant)) return;
    if (!key) report_.add("API key " + std::string(crypto::as_text(row.key)) + ": its record was altered");
    api_key_index_.key(crypto::as_text(row.key), row.value, key ? &*key : nullptr);
    replay_.api_key(crypto::as_text(row.key), key ? &*key : nullptr);
  }

  void audit_row(const Row& row) {
    has_log_ = true;
    const AuditMark before = chain_.last();
    const auto entry = parse_audit_row(row);
    if (!entry) return distrust("an audit entry that cannot be read, after entry " + number(before.sequence));
    ++report_.audit_entries;
    AuditMark mark;
    mark.sequence = entry->sequence;
    mark.hash = entry->hash;
    const auto fault = chain_.follow(mark, entry->body);
    if (mark.sequence <= before.sequence) return report_.add(*fault);  // it was pruned, and then put back
    if (fault && before.sequence == report_.audit_pruned_through && mark.sequence > before.sequence + 1) {
      report_.add(*fault);
      replay_.begins_later();
    } else if (fault) {
      distrust(*fault);
    }
    replay_.entry(entry->body);
  }

  /// An incomplete log proves nothing about the rows.
  void distrust(const std::string& problem) {
    report_.add(problem);
    replay_.give_up();
  }

  static std::string number(std::uint64_t value) { return std::to_string(value); }

  Transaction& transaction_;
  const StoreContext& store_;
  const Progress& progress_;
  VerifyProgress at_;
  VerifyReport report_;
  std::optional<TenantCheck> tenant_;
  AuditReplay replay_{report_};
  ApiKeyIndexCheck api_key_index_{report_};
  std::set<crypto::Uuid> erasing_;
  std::optional<std::uint32_t> format_;
  std::uint32_t rows_format_ = first_store_format;
  bool has_keys_ = false;
  bool has_store_ = false;
  bool has_log_ = false;
  AuditChain chain_;
};

Task<Outcome<VerifyReport>> verify_in(Transaction& transaction, const StoreContext& store,
                                      const Verification::Progress& progress) {
  Verification verification(transaction, store, progress);
  co_return co_await verification.run();
}

}  // namespace

Outcome<VerifyReport> verify_store(const Store& store, const std::function<void(const VerifyProgress&)>& progress) {
  const ContextPtr context = store.context();
  return read<VerifyReport>(*context->engine,
                            [&](Transaction& transaction) { return verify_in(transaction, *context, progress); });
}

}  // namespace tacit::store
