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

/// The last pruned entry of the slot; sequence 0 if there is none, or if the checkpoint was altered.
Task<AuditMark> pruned_through(Transaction& transaction, const StoreKeys& keys, AuditSlot slot) {
  const auto checkpoint = co_await load_checkpoint(transaction, keys, slot);
  AuditMark through;
  if (checkpoint && *checkpoint) through = (*checkpoint)->through;
  co_return through;
}

/// The stored hash of an entry or of the last pruned one; std::nullopt if there is neither.
Task<std::optional<crypto::Digest>> hash_at(Transaction& transaction, const StoreKeys& keys, AuditSlot slot,
                                            std::uint64_t sequence) {
  std::optional<crypto::Digest> hash;
  if (sequence == 0) hash = crypto::Digest{};
  const auto entry = co_await audit_entry_at(transaction, slot, sequence);
  if (entry) hash = entry->hash;
  if (hash) co_return hash;
  const AuditMark through = co_await pruned_through(transaction, keys, slot);
  if (through.sequence == sequence) hash = through.hash;
  co_return hash;
}

/// std::nullopt if the log contains that entry, or was pruned beyond it.
Task<std::optional<Changed>> difference(Transaction& transaction, const StoreKeys& keys, AuditMark expected) {
  std::optional<Changed> changed;
  if (expected.sequence == 0) co_return changed;
  const auto entry = co_await audit_entry_at(transaction, expected.slot, expected.sequence);
  if (!entry) {
    const AuditMark through = co_await pruned_through(transaction, keys, expected.slot);
    if (through.sequence > expected.sequence || through == expected) co_return changed;
    changed.emplace().expected = expected;
    co_return changed;
  }
  const auto previous = co_await hash_at(transaction, keys, expected.slot, expected.sequence - 1);
  AuditMark before;
  before.slot = expected.slot;
  before.sequence = expected.sequence - 1;
  before.hash = previous.value_or(entry->hash);
  const crypto::Digest of_content = audit_hash(keys.store(), before, entry->body);
  if (entry->hash == expected.hash && of_content == expected.hash) co_return changed;
  changed.emplace().expected = expected;
  changed->found = entry->hash != expected.hash ? entry->hash : of_content;
  co_return changed;
}

bool lacks_signature(const StoreKeys& keys, const AuditEntry& entry) {
  return needs_audit_signature(keys.signers(), entry.mark()) && entry.signatures.empty();
}

/// The newest entry, which lacks a signature; or, if that is a restore's, which may, the one before it. An attacker can
/// append any number of such entries, so a few in a row are enough to be believed.
Task<std::optional<Changed>> unsigned_entry(Transaction& transaction, const StoreKeys& keys, AuditEntry entry) {
  constexpr int most_restores = 16;
  std::optional<Changed> changed;
  for (int restores = 0; lacks_signature(keys, entry); ++restores) {
    const bool is_restore = audit_action_text(entry.body) == row_of(AuditAction::store_restore).name;
    if (!is_restore || restores == most_restores) {
      changed.emplace().expected = entry.mark();
      changed->found = entry.hash;
      changed->is_unsigned = true;
      break;
    }
    auto before = co_await audit_entry_at(transaction, entry.slot, entry.sequence - 1);
    if (!before) break;
    entry = std::move(*before);
  }
  co_return changed;
}

/// Returns the newest entry's place.
Task<Outcome<AuditMark>> compare_slot(Transaction& transaction, const StoreKeys& keys, AuditMark expected,
                                      std::optional<Changed>& changed) {
  changed = co_await difference(transaction, keys, expected);
  const auto newest = co_await newest_audit_entry(transaction, expected.slot);
  if (!newest) co_return newest.error();
  if (!changed && newest->sequence > 0 && lacks_signature(keys, *newest))
    changed = co_await unsigned_entry(transaction, keys, *newest);
  co_return newest->mark();
}

}  // namespace

AuditHistory::Heads AuditHistory::heads_seen() const {
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

AuditMark AuditHistory::newest() const {
  const std::lock_guard lock(mutex_);
  const auto at = last_.find(newest_);
  return at != last_.end() ? at->second : AuditMark();
}

std::vector<AuditMark> AuditHistory::newest_of_slots() const {
  std::vector<AuditMark> heads;
  for (const auto& [slot, head] : heads_seen()) {
    if (head.sequence > 0) heads.push_back(head);
  }
  return heads;
}

void AuditHistory::saw(const AuditMark& head) {
  const std::lock_guard lock(mutex_);
  last_[head.slot] = head;
  newest_ = head.slot;
}

Task<Outcome<AuditMark>> AuditHistory::look(Transaction& transaction, const StoreKeys& keys) {
  const Heads heads = heads_seen();
  const auto seen = heads.find(AuditSlot());
  const AuditMark expected = seen != heads.end() ? seen->second : AuditMark();
  const auto newest = co_await newest_audit_entry(transaction, AuditSlot());
  const bool same = newest && newest->mark() == expected;
  if (!same) {
    std::optional<Changed> changed = co_await difference(transaction, keys, expected);
    const bool is_unsigned = !changed && newest && lacks_signature(keys, *newest);
    if (is_unsigned) changed = co_await unsigned_entry(transaction, keys, *newest);
    if (changed) note(*changed);
  }
  if (!newest) co_return newest.error();
  co_return newest->mark();
}

/// Returns the newest entry of each unchanged slot, in the order of the slots. `changed`: the first difference.
Task<Outcome<std::vector<AuditMark>>> AuditHistory::compare(Transaction& transaction, const StoreKeys& keys,
                                                            const Heads& expected,
                                                            std::optional<Changed>& changed) const {
  changed.reset();
  Heads all = expected;
  const auto slots = co_await transaction.audit_slots();
  for (const AuditSlot slot : slots) all[slot].slot = slot;
  if (!transaction.traits().shared) all[AuditSlot()].slot = AuditSlot();
  std::vector<AuditMark> heads;
  for (const auto& [slot, head] : all) {
    std::optional<Changed> here;
    const auto newest = co_await compare_slot(transaction, keys, head, here);
    if (here && !changed) changed = here;
    if (!newest) co_return newest.error();
    if (!here) heads.push_back(*newest);
    transaction.release_rows();
  }
  co_return heads;
}

Outcome<std::optional<Changed>> AuditHistory::check(const StoreContext& store) {
  // Read before the snapshot begins: a commit that this process makes meanwhile is in a later one.
  const Heads expected = heads_seen();
  std::optional<Changed> changed;
  const auto newest = read_blocking<std::vector<AuditMark>>(
      *store.engine, [&](Transaction& transaction) { return compare(transaction, store.keys, expected, changed); });
  if (changed) note(*changed);
  if (!newest) return newest.error();
  const std::lock_guard lock(mutex_);
  for (const AuditMark& head : *newest) {
    AuditMark& last = last_[head.slot];
    last.slot = head.slot;
    if (head.sequence <= last.sequence) continue;
    last = head;
    newest_ = head.slot;
  }
  return changed_;
}

}  // namespace tacit::store
