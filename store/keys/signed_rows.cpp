#include "store/keys/signed_rows.hpp"

#include <limits>
#include <optional>
#include <utility>

#include "store/audit/audit_checkpoint.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/cut_off_record.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/rekey_mark.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/signed_row.hpp"

namespace tacit::store {
namespace {

using Signer = crypto::SigningKeyring::Entry;

StoreKeys accepting_retired(StoreKeys keys) {
  keys.accept_retired = true;
  return keys;
}

bool has_signer(ByteView row, const Signer& signer) { return signer_of_row(row) == signer.id; }

Task<void> sign_checkpoint(Transaction& transaction, const StoreKeys& keys, const Signer& signer, AuditSlot slot,
                           SignedRowFaults& faults) {
  const Bytes key = checkpoint_key(slot);
  const auto row = co_await transaction.get(Table::meta, key);
  if (!row) co_return;
  const std::string its = "the audit log's record of pruned entries ";
  const auto checkpoint = decode_checkpoint(*row, keys, slot);
  if (checkpoint) {
    if (is_signed_checkpoint(*row) && has_signer(*row, signer)) co_return;
    transaction.put(Table::meta, key, encode_checkpoint(*checkpoint, signer, keys.store()));
  } else if (decode_checkpoint(*row, accepting_retired(keys), slot)) {
    faults.retired.push_back(its + fault_of_signature(RowSignature::retired_signer, *row));
  } else {
    transaction.erase(Table::meta, key);
    faults.altered.push_back(its + "was altered");
  }
}

Task<void> sign_checkpoints(Transaction& transaction, const StoreKeys& keys, const Signer& signer,
                            SignedRowFaults& faults) {
  const auto slots = co_await checkpoint_slots(transaction);
  for (const AuditSlot slot : slots) co_await sign_checkpoint(transaction, keys, signer, slot, faults);
}

/// `mark` must be a copy.
void sign_erasure_mark(Transaction& transaction, const Row& mark, bool has_record, const StoreKeys& keys,
                       const Signer& signer, SignedRowFaults& faults) {
  const auto tenant = tenant_of_erasure_mark(mark.key);
  const std::string its = tenant ? "tenant " + tenant->str() + ": the mark of its erasure " : "a mark of an erasure ";
  const bool is_good = tenant && is_good_erasure_mark(mark, keys);
  if (is_good && !has_record) {
    static_cast<void>(sign_erasure_mark(transaction, mark, keys, signer, now_microseconds()));
  } else if (tenant && !has_record && is_good_erasure_mark(mark, accepting_retired(keys))) {
    faults.retired.push_back(its + fault_of_signature(RowSignature::retired_signer, mark.value));
  } else {
    transaction.erase(Table::meta, mark.key);
    (has_record ? faults.stray : faults.altered)
        .push_back(its + (is_good ? "stands beside its record" : "was altered"));
  }
}

Task<bool> is_recorded(Transaction& transaction, std::optional<crypto::Uuid> tenant) {
  if (!tenant) co_return false;
  const RowKey key = record_row_key(*tenant);
  const auto record = co_await transaction.get(Table::tenants, key.view());
  co_return record.has_value();
}

/// The marks of interrupted erasures are few, so all are rewritten at once.
Task<void> sign_erasure_marks(Transaction& transaction, const StoreKeys& keys, const Signer& signer,
                              SignedRowFaults& faults) {
  const ByteView prefix = erasure_mark_prefix();
  const auto rows = co_await transaction.scan(Table::meta, prefix, prefix, std::numeric_limits<std::size_t>::max());
  std::vector<std::pair<Bytes, Bytes>> marks;  // copied, because stored rows move with the first change
  marks.reserve(rows.size());
  for (const Row& row : rows) {
    marks.emplace_back(Bytes(row.key.begin(), row.key.end()), Bytes(row.value.begin(), row.value.end()));
  }
  for (const auto& [key, value] : marks) {
    const auto tenant = tenant_of_erasure_mark(key);
    const bool has_record = co_await is_recorded(transaction, tenant);
    const Row mark{key, value};
    sign_erasure_mark(transaction, mark, has_record, keys, signer, faults);
  }
}

/// Without its mark a rekey begins again, which is safe.
Task<void> sign_rekey_mark(Transaction& transaction, const StoreKeys& keys, const Signer& signer,
                           SignedRowFaults& faults) {
  const auto row = co_await transaction.get(Table::meta, rekey_row_key());
  if (!row) co_return;
  const auto started = started_of_rekey(*row, keys);
  if (!started) {
    transaction.erase(Table::meta, rekey_row_key());
    faults.altered.emplace_back("the mark of a tenant rekey was altered");
  } else if (!has_signer(*row, signer)) {
    transaction.put(Table::meta, rekey_row_key(), rekey_value(*started, signer, keys.store()));
  }
}

/// A process with the root signing key writes a removed record again.
Task<void> sign_cut_off(Transaction& transaction, const StoreKeys& keys, const Signer& signer,
                        SignedRowFaults& faults) {
  const auto row = co_await transaction.get(Table::meta, cut_off_row_key());
  if (!row) co_return;
  const std::string its = "the record of the cut-off ";
  const auto sequence = cut_off_of(*row, keys);
  if (sequence) {
    if (has_signer(*row, signer)) co_return;
    transaction.put(Table::meta, cut_off_row_key(), cut_off_value(*sequence, signer, keys.store()));
  } else if (cut_off_of(*row, accepting_retired(keys))) {
    faults.retired.push_back(its + fault_of_signature(RowSignature::retired_signer, *row));
  } else {
    transaction.erase(Table::meta, cut_off_row_key());
    faults.altered.push_back(its + "was altered");
  }
}

}  // namespace

std::vector<std::string> SignedRowFaults::sentences() const {
  std::vector<std::string> all;
  for (const auto* removed : {&altered, &stray}) {
    for (const std::string& sentence : *removed) all.push_back(sentence + "; it was removed");
  }
  all.insert(all.end(), retired.begin(), retired.end());
  return all;
}

Task<SignedRowFaults> sign_store_rows(Transaction& transaction, const StoreKeys& keys, const Signer& signer) {
  SignedRowFaults faults;
  co_await sign_checkpoints(transaction, keys, signer, faults);
  co_await sign_erasure_marks(transaction, keys, signer, faults);
  co_await sign_rekey_mark(transaction, keys, signer, faults);
  co_await sign_cut_off(transaction, keys, signer, faults);
  co_return faults;
}

}  // namespace tacit::store
