#include "store/verify/verify_meta.hpp"

#include <algorithm>
#include <utility>

#include "store/audit/audit_checkpoint.hpp"
#include "store/rows/api_key_use.hpp"
#include "store/rows/cut_off_record.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/named_primaries.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/rekey_mark.hpp"

namespace tacit::store {

void MetaCheck::row(const Row& row) {
  const auto is = [&row](ByteView key) { return std::ranges::equal(row.key, key); };
  if (is(format_row_key()) && format_of(row.value)) {
    format_ = format_of(row.value);
  } else if (is(rows_row_key()) && rows_format_of(row.value) > first_store_format) {
    rows_format_ = rows_format_of(row.value);
  } else if (is(keys_row_key())) {
    key_list_row(row.value);
  } else if (is(store_row_key())) {
    store_row(row.value);
  } else if (is(rekey_row_key())) {
    rekey_row(row.value);
  } else if (is(cut_off_row_key())) {
    cut_off_row(row.value);
  } else if (crypto::as_text(row.key).starts_with(crypto::as_text(prekey_prefix()))) {
    pairs_.prekey(row);
  } else if (const auto erasing = tenant_of_erasure_mark(row.key)) {
    erasure_row(*erasing, row);
  } else if (const auto slot = slot_of_checkpoint(row.key)) {
    checkpoint_row(*slot, row.value);
  } else if (!api_key_of_use(row.key).empty()) {
    use_row(row);
  } else if (const auto uses = place_of_uses(row.key)) {
    uses_.row(*uses, row.value);
  } else {
    report_.add("a row of unknown meaning about the store as a whole");
  }
}

void MetaCheck::key_list_row(ByteView value) {
  key_list_ = crypto::sha256(value);
  const auto fits = check_keys(value, keys_);
  if (!fits) return report_.add("the store as a whole: " + fits.error().subject);
  if (keys_.accept_retired) return;  // a backup may be from before the promotion of a key
  const auto unnamed = unnamed_primaries(value, keys_);
  if (!unnamed) return;  // as above
  for (const UnnamedKey& key : *unnamed) report_.add("the store as a whole: " + about_unnamed(key.kind, key.id));
}

void MetaCheck::store_row(ByteView value) {
  has_store_ = true;
  if (store_of(value) == keys_.store()) return;
  report_.add("the store's id is that of another store than root-public-keyring's");
}

void MetaCheck::rekey_row(ByteView value) {
  report_.add(started_of_rekey(value, keys_) ? "a tenant rekey --all is not finished: run it again"
                                             : "the mark of a tenant rekey was altered");
}

void MetaCheck::cut_off_row(ByteView value) {
  recorded_cut_off_ = cut_off_of(value, keys_);
  if (!recorded_cut_off_) report_.add("the record of the cut-off was altered");
}

/// Only a genuine mark keeps the tenant's rows from being checked.
void MetaCheck::erasure_row(const crypto::Uuid& tenant, const Row& row) {
  if (is_good_erasure_mark(row, keys_)) {
    erasing_.insert(tenant);
  } else {
    report_.add("tenant " + tenant.str() + ": the mark of its erasure was altered");
  }
}

void MetaCheck::has_record(const crypto::Uuid& tenant) {
  if (erasing_.erase(tenant) == 0) return;
  report_.add("tenant " + tenant.str() + ": a mark of its erasure stands beside its record: no erasure put it");
}

/// One that does not fit the keys of today counts as missing, because it may name a retired metadata key.
void MetaCheck::use_row(const Row& row) {
  has_uses_ = true;
  constexpr std::size_t size = 1 + 8 + 16;
  constexpr std::uint8_t format = 1;
  const std::string_view id = api_key_of_use(row.key);
  if (decode_api_key_use(id, row.value, *keys_.metadata)) return;
  if (row.value.size() == size && row.value.front() == format) return;
  report_.add("API key " + std::string(id) + ": the record of its last use was altered");
}

void MetaCheck::checkpoint_row(AuditSlot slot, ByteView value) {
  if (!slot.is_embedded()) has_slot_checkpoints_ = true;
  const auto checkpoint = decode_checkpoint(value, keys_, slot);
  if (!checkpoint) return report_.add("the audit log's record of pruned entries was altered");
  log_.begins_after(checkpoint->through);
}

void MetaCheck::judge_slots_format() {
  if (!format_ || has_audit_slots(*format_)) return;
  const auto judge = [this](bool has, const std::string& what) {
    if (has) report_.add(what + ", but the store's format is " + std::to_string(*format_) + ", which has none");
  };
  judge(log_.has_slots(), "the audit log has slots");
  judge(has_slot_checkpoints_, "there are records of pruned entries of the audit log's slots");
  judge(has_uses_, "there are records of API keys' last uses beside the keys");
  judge(has_newest_secrets_, "there are records of tenants' newest secrets");
}

void MetaCheck::finish() {
  for (const crypto::Uuid& tenant : erasing_) {
    uses_.skip(tenant);
    report_.add("tenant " + tenant.str() +
                ": its erasure is not finished: it is in progress, or was interrupted and has to be run again");
  }
  if (!format_) report_.add("the store's format is not recorded");
  if (format_ && rows_format_ > *format_) report_.add("the store accepts rows of a newer format than its own");
  judge_slots_format();
  if (!key_list_) report_.add("the store's keys are not recorded");
  if (!has_store_ && keys_.phase() != crypto::SigningPhase::none) report_.add("the store's id is not recorded");
  if (keys_.accept_retired) return;  // a backup may be from before the cut-off
  // The check of the log judges its end.
  if (auto fault = fault_of_cut_off(keys_.signers(), recorded_cut_off_, {})) report_.add(std::move(*fault));
}

}  // namespace tacit::store
