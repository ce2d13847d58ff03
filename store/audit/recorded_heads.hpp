// Compares the heads of slots that entries of the action audit.heads record with the chains of those slots: an entry
// that was cut off from a slot, or rewritten, contradicts what another slot says of it.
//
// A head is compared while the walk over its slot passes the entry, which costs no read. Slots are walked side by side,
// about by time, so a head is either one that the walk has not reached yet, which waits, or one of those that it passed
// lately, which are kept. Others are looked up: those of entries that were appended or pruned during the walk, and
// those of slots whose hosts' clocks differ much.
#pragma once

#include <deque>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "store/engine/context.hpp"
#include "store/model/audit.hpp"
#include "store/model/findings.hpp"

namespace tacit::store {

/// Receives, of each slot, its checkpoint, then its entries in their order; then end(). Reports what contradicts. Holds
/// a bounded number of heads and entries, and a place for each slot. Not thread-safe.
class RecordedHeadsCheck {
 public:
  /// `findings` must outlive this object.
  RecordedHeadsCheck(ContextPtr store, Findings& findings) : store_(std::move(store)), findings_(findings) {}

  /// The entries of that slot through this one were pruned.
  void begins_after(const AuditMark& through);
  /// An entry, which records these heads. `ends_commit`: it is known to be the last of its commit, as every head is.
  void entry(const AuditMark& mark, bool ends_commit, std::span<const AuditMark> heads);
  /// There are no more entries: what waits for one has to be looked up.
  void end();

  /// Whether nothing has to be looked up.
  bool is_empty() const { return lookups_.empty(); }
  /// Looks up, and forgets it. A head that was pruned meanwhile is right. Blocks on an engine that waits.
  Outcome<void> look_up();

  /// What look-ups found.
  struct Compared {
    std::vector<std::string> findings;  ///< one sentence each
    std::uint64_t right = 0;
  };
  /// The same in a transaction, which may run more than once; then give the result to `settle`.
  Task<Compared> look_up_in(Transaction& transaction) const;
  void settle(Compared compared);
  /// How many heads were compared, and right. One that is recorded again and again counts once.
  std::uint64_t right() const { return right_; }

 private:
  struct Claim {
    AuditMark where;
    AuditMark head;
  };
  using Waiting = std::map<std::pair<std::uint64_t, crypto::Digest>, AuditMark>;
  struct Slot {
    AuditMark pruned;                ///< sequence 0: nothing was
    AuditMark last;                  ///< the last entry of the walk
    std::deque<AuditMark> recent{};  ///< last entries of commits, in the order of the walk
    Waiting waiting{};               ///< heads that the walk has not reached, and the entries that record them
    AuditMark known;                 ///< the last head that was right
  };

  void pass(const AuditMark& mark, bool ends_commit);
  void add(const AuditMark& where, const AuditMark& head);
  void judge(Slot& slot, const Claim& claim, const AuditMark& entry);
  std::size_t most_recent() const;

  Task<Outcome<Compared>> outcome_in(Transaction& transaction) const;
  /// Why the claim is wrong; empty if it is right.
  Task<std::string> fault_of(Transaction& transaction, Claim claim) const;

  ContextPtr store_;
  Findings& findings_;
  std::map<AuditSlot, Slot> slots_;
  std::size_t number_waiting_ = 0;
  std::vector<Claim> lookups_;
  std::uint64_t right_ = 0;
};

}  // namespace tacit::store
