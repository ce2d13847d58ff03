// Whether the audit log still contains what this process saw of it. An attacker with write access to the database can
// cut off the newest entries, or rewrite the log with hashes that fit; a process that remembers a head notices both.
// Entries that the attacker appends without a key are not signed; a process notices one that is the newest.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "store/engine/counter.hpp"
#include "store/engine/engine.hpp"
#include "store/model/audit.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

struct StoreContext;  // store/engine/context.hpp

/// What the log has instead of an entry that this process saw, or an entry that lacks the signature that it needs.
struct ChangedEntry {
  AuditMark expected;                   ///< the place of the entry
  std::optional<crypto::Digest> found;  ///< the hash that is there; std::nullopt: there is no entry
  bool is_unsigned = false;             ///< the entry is there and was never seen, but it is not signed
};

/// The last head of each slot that this process committed or read. Thread-safe. Shared by all contexts of one store.
class AuditHistory {
 public:
  using Changed = ChangedEntry;

  /// A head that is durable, and whose transaction contained the last one (`look`).
  void saw(const AuditMark& head);
  /// Compares slot 0 in this transaction with its last head: that entry must be there, with its hash, which must be
  /// that of its body and the previous entry's hash; or a checkpoint (store/audit/audit_checkpoint.hpp) must be at or
  /// after it. From the cut-off on a newest entry of another process must have signatures, which are not verified, or
  /// be a `store.restore`. Remembers a difference. Returns the newest entry's place; fails like newest_audit_mark.
  /// `keys` must outlive the task.
  Task<Outcome<AuditMark>> look(Transaction& transaction, const StoreKeys& keys);
  /// The same on a snapshot, for each slot that has entries or a last head. If a slot is unchanged, its newest entry
  /// becomes its last head, so that a process without changes of its own guards the entries of others. Returns the
  /// first difference that was ever found. Blocks on an engine that waits.
  Outcome<std::optional<Changed>> check(const StoreContext& store);
  /// The first difference that was ever found.
  std::optional<Changed> changed() const;
  bool intact() const { return !changed(); }
  /// The newest head that this process committed or read, of any slot, without reading the store; sequence 0: none yet.
  AuditMark newest() const;
  /// The same of each slot, in their order.
  std::vector<AuditMark> newest_of_slots() const;

  /// What the audit seal (store/audit/audit_signing.hpp) did. One thread counts.
  struct Counts {
    std::array<Counter, crypto::signing_roles.size()> heads;  ///< signed, by role
    Counter refused;  ///< batches that were not committed, because this process lacks the key of a plane
  };
  Counts counts;

  const Counter& heads(crypto::SigningRole role) const { return counts.heads.at(static_cast<std::size_t>(role) - 1); }

 private:
  using Heads = std::map<AuditSlot, AuditMark>;

  Heads heads_seen() const;
  Task<Outcome<std::vector<AuditMark>>> compare(Transaction& transaction, const StoreKeys& keys, const Heads& expected,
                                                std::optional<Changed>& changed) const;
  void note(const Changed& changed);

  mutable std::mutex mutex_;
  Heads last_;
  AuditSlot newest_;  ///< of the head that this process committed or read last
  std::optional<Changed> changed_;
};

}  // namespace tacit::store
