// Reads all slots of the audit log side by side: each slot's entries in their order, and those of several slots by
// their times, as far as these rise. The clocks of hosts differ, so between slots this order is only about right.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "store/audit/audit_read.hpp"

namespace tacit::store {

/// Not thread-safe. Keeps the store's context alive, but does not keep its engine open. Holds about two pages of each
/// slot.
class AuditSlotsReader {
 public:
  using Firsts = std::map<AuditSlot, std::uint64_t>;

  /// `firsts`: the sequences to begin with; a slot that is not in it is read from its oldest entry.
  AuditSlotsReader(ContextPtr store, Firsts firsts) : store_(std::move(store)), firsts_(std::move(firsts)) {}

  /// The next entries; empty at the end of the log, where more may be appended, also in new slots. Fails like
  /// AuditReader::next, and blocks likewise.
  Outcome<std::vector<AuditRecord>> next();

  /// The number of entries that were pruned before this reader reached them.
  std::uint64_t pruned_meanwhile() const;
  /// Whether there is another slot than that of an embedded store.
  bool has_slots() const {
    return readers_.size() > 1 || (readers_.size() == 1 && !readers_.begin()->first.is_embedded());
  }

 private:
  using Page = std::vector<AuditRecord>;
  struct Slot {
    AuditReader reader;
    std::deque<AuditRecord> waiting{};  ///< read, and not given yet
  };

  /// Finds new slots.
  Outcome<void> look();
  /// Reads on where nothing waits. Returns whether anything waits.
  Outcome<bool> fill();
  /// Gives what waits, by time, until a slot has to be read on.
  Page merge();

  ContextPtr store_;
  Firsts firsts_;
  std::map<AuditSlot, Slot> readers_;
};

}  // namespace tacit::store
