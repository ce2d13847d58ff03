// Reads a slot of the audit log from a given entry, page by page. Each page has its own snapshot, so a long read does
// not keep the store from reusing pages, and only one page is in memory.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "store/audit/audit_chain.hpp"
#include "store/audit/audit_log.hpp"
#include "store/engine/context.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

/// A copy of the stored entry, not yet checked.
AuditRecord record_of(const AuditEntry& entry);

/// Not thread-safe. Keeps the store's context alive, but does not keep its engine open.
class AuditReader {
 public:
  /// `first`: the sequence to begin with; 0 and 1 mean the slot's oldest entry.
  AuditReader(ContextPtr store, AuditSlot slot, std::uint64_t first)
      : store_(std::move(store)), slot_(slot), next_(std::max<std::uint64_t>(first, 1)) {}
  /// Slot 0.
  AuditReader(ContextPtr store, std::uint64_t first) : AuditReader(std::move(store), AuditSlot(), first) {}

  /// The next entries, each checked against the previous one; empty at the end of the slot, where more may be appended.
  /// Fails with `integrity` at a row that is not an entry. Blocks on an engine that waits.
  Outcome<std::vector<AuditRecord>> next();

  /// The number of entries that were pruned before this reader reached them.
  std::uint64_t pruned_meanwhile() const { return pruned_meanwhile_; }
  AuditSlot slot() const { return slot_; }

 private:
  using Page = std::vector<AuditRecord>;

  Task<Outcome<Page>> read(Transaction& transaction);
  Task<Outcome<void>> find_place(Transaction& transaction);
  Task<AuditMark> mark_before(Transaction& transaction, std::uint64_t sequence) const;

  ContextPtr store_;
  AuditSlot slot_;
  std::uint64_t next_;
  std::optional<AuditChain> chain_;  ///< std::nullopt before the first page
  std::uint64_t pruned_meanwhile_ = 0;
};

/// The slots that have entries or a checkpoint, in ascending order; slot 0 always on an embedded store. Never fails by
/// itself.
Task<Outcome<std::vector<AuditSlot>>> stored_audit_slots(Transaction& transaction);
/// The newest entry of each slot that has one, in the order of the slots. Fails like newest_audit_mark.
Task<Outcome<std::vector<AuditMark>>> newest_audit_marks(Transaction& transaction);

/// Why no entry can be appended, in words; std::nullopt if entries can be appended.
std::optional<std::string> audit_unwilling(const StoreContext& store);

}  // namespace tacit::store
