#include "store/audit/audit_history.hpp"

#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/engine/context.hpp"
#include "store/engine/work.hpp"

namespace tacit::store {
namespace {

using Changed = AuditHistory::Changed;

Task<std::optional<AuditEntry>> entry_at(Transaction& transaction, std::uint64_t sequence) {
  const auto key = audit_key(sequence);
  const auto value = co_await transaction.get(Table::audit, key);
  std::optional<AuditEntry> entry;
  if (value) entry = parse_audit_row(Row{key, *value});
  co_return entry;
}

/// The last pruned entry; sequence 0 if there is none, or if the checkpoint was altered.
Task<AuditMark> pruned_through(Transaction& transaction, const StoreKeys& keys) {
  const auto checkpoint = co_await load_checkpoint(transaction, keys);
  AuditMark through;
  if (checkpoint && *checkpoint) through = (*checkpoint)->through;
  co_return through;
}

/// The stored hash of an entry or of the last pruned one; std::nullopt if there is neither.
Task<std::optional<crypto::Digest>> hash_at(Transaction& transaction, const StoreKeys& keys, std::uint64_t sequence) {
  std::optional<crypto::Digest> hash;
  if (sequence == 0) hash = crypto::Digest{};
  const auto entry = co_await entry_at(transaction, sequence);
  if (entry) hash = entry->hash;
  if (hash) co_return hash;
  const AuditMark through = co_await pruned_through(transaction, keys);
  if (through.sequence == sequence) hash = through.hash;
  co_return hash;
}

/// std::nullopt if the log contains that entry, or was pruned beyond it.
Task<std::optional<Changed>> difference(Transaction& transaction, const StoreKeys& keys, AuditMark expected) {
  std::optional<Changed> changed;
  if (expected.sequence == 0) co_return changed;
  const auto entry = co_await entry_at(transaction, expected.sequence);
  if (!entry) {
    const AuditMark through = co_await pruned_through(transaction, keys);
    if (through.sequence > expected.sequence || through == expected) co_return changed;
    changed.emplace().expected = expected;
    co_return changed;
  }
  const auto previous = co_await hash_at(transaction, keys, expected.sequence - 1);
  const crypto::Digest of_content = audit_hash(previous.value_or(entry->hash), expected.sequence, entry->body);
  if (entry->hash == expected.hash && of_content == expected.hash) co_return changed;
  changed.emplace().expected = expected;
  changed->found = entry->hash != expected.hash ? entry->hash : of_content;
  co_return changed;
}

AuditMark mark_of(const AuditEntry& entry) {
  AuditMark mark;
  mark.sequence = entry.sequence;
  mark.hash = entry.hash;
  return mark;
}

bool lacks_signature(const StoreKeys& keys, const AuditEntry& entry) {
  const auto cut_off = keys.signers().cut_off();
  return cut_off && entry.sequence >= *cut_off && entry.signatures.empty();
}

/// The newest entry, which lacks a signature; or, if that is a restore's, which may, the one before it. An attacker can
/// append any number of such entries, so a few in a row are enough to be believed.
Task<std::optional<Changed>> unsigned_entry(Transaction& transaction, const StoreKeys& keys, AuditEntry entry) {
  constexpr int most_restores = 16;
  std::optional<Changed> changed;
  for (int restores = 0; lacks_signature(keys, entry); ++restores) {
    const bool is_restore = audit_action_text(entry.body) == row_of(AuditAction::store_restore).name;
    if (!is_restore || restores == most_restores) {
      changed.emplace().expected = mark_of(entry);
      changed->found = entry.hash;
      changed->is_unsigned = true;
      break;
    }
    auto before = co_await entry_at(transaction, entry.sequence - 1);
    if (!before) break;
    entry = std::move(*before);
  }
  co_return changed;
}

/// Returns the newest entry's place.
Task<Outcome<AuditMark>> compare(Transaction& transaction, const StoreKeys& keys, AuditMark expected,
                                 std::optional<Changed>& changed) {
  changed = co_await difference(transaction, keys, expected);
  const auto newest = co_await newest_audit_entry(transaction);
  if (!newest) co_return newest.error();
  if (!changed && lacks_signature(keys, *newest)) changed = co_await unsigned_entry(transaction, keys, *newest);
  co_return mark_of(*newest);
}

}  // namespace

AuditMark AuditHistory::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

void AuditHistory::note(const Changed& changed) {
  const std::lock_guard lock(mutex_);
  if (!changed_) changed_ = changed;
}

std::optional<Changed> AuditHistory::changed() const {
  const std::lock_guard lock(mutex_);
  return changed_;
}

void AuditHistory::saw(const AuditMark& head) {
  const std::lock_guard lock(mutex_);
  last_ = head;
}

Task<Outcome<AuditMark>> AuditHistory::look(Transaction& transaction, const StoreKeys& keys) {
  const AuditMark expected = last();
  const auto newest = co_await newest_audit_entry(transaction);
  const bool same = newest && mark_of(*newest) == expected;
  if (!same) {
    std::optional<Changed> changed = co_await difference(transaction, keys, expected);
    const bool is_unsigned = !changed && newest && lacks_signature(keys, *newest);
    if (is_unsigned) changed = co_await unsigned_entry(transaction, keys, *newest);
    if (changed) note(*changed);
  }
  if (!newest) co_return newest.error();
  co_return mark_of(*newest);
}

Outcome<std::optional<Changed>> AuditHistory::check(const StoreContext& store) {
  // Read before the snapshot begins: a commit that this process makes meanwhile is in a later one.
  const AuditMark expected = last();
  std::optional<Changed> changed;
  const auto newest = read<AuditMark>(
      *store.engine, [&](Transaction& transaction) { return compare(transaction, store.keys, expected, changed); });
  if (changed) note(*changed);
  if (!newest) return newest.error();
  const std::lock_guard lock(mutex_);
  if (!changed && newest->sequence > last_.sequence) last_ = *newest;
  return changed_;
}

}  // namespace tacit::store
