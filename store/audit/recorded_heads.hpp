// Compares the heads of slots that entries of the action audit.heads record with the chains of those slots: an entry
// that was cut off from a slot, or rewritten, contradicts what another slot says of it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "store/engine/context.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

/// Receives the heads of each entry; compares them from time to time. Holds what was added since, and a place for each
/// slot. Not thread-safe.
class RecordedHeadsCheck {
 public:
  explicit RecordedHeadsCheck(ContextPtr store) : store_(std::move(store)) {}

  /// The entry at `where` records these heads.
  void add(const AuditMark& where, std::span<const AuditMark> heads);
  /// Compares what was added, and forgets it. A head that was pruned meanwhile is right. Reports what contradicts.
  /// Blocks on an engine that waits.
  Outcome<void> compare(AuditReport& report);

  /// What a comparison found.
  struct Compared {
    std::vector<std::string> findings;  ///< one sentence each
    std::map<AuditSlot, AuditMark> known;
    std::uint64_t right = 0;
  };
  /// The same in a transaction, which may run more than once; then give the result to `settle`.
  Task<Compared> compare_in(Transaction& transaction) const;
  void settle(Compared compared);
  /// How many heads were compared, and right.
  std::uint64_t right() const { return right_; }
  bool is_empty() const { return waiting_.empty(); }

 private:
  struct Claim {
    AuditMark where;
    AuditMark head;
  };

  Task<Outcome<Compared>> outcome_in(Transaction& transaction) const;
  /// Why the claim is wrong; empty if it is right.
  Task<std::string> judge(Transaction& transaction, Claim claim) const;

  ContextPtr store_;
  std::vector<Claim> waiting_;
  std::map<AuditSlot, AuditMark> known_;  ///< the last one of each slot that was right
  std::uint64_t right_ = 0;
};

}  // namespace tacit::store
