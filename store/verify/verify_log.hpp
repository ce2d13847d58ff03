// Checks the audit log: each of its slots (store/verify/slot_check.hpp), and what the whole of it says. Hands its
// entries to the replay: of an embedded store that has one slot in their order; of several slots merged, so that each
// tenant's entries are in the order of its changes (store/verify/audit_merge.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "store/engine/engine.hpp"
#include "store/model/verify_report.hpp"
#include "store/verify/audit_merge.hpp"
#include "store/verify/audit_replay.hpp"
#include "store/verify/slot_check.hpp"

namespace tacit::store {

/// Receives the checkpoints, if there are any, then all entries, each slot's in their order, then end().
class LogCheck {
 public:
  /// The arguments must outlive this object.
  LogCheck(const crypto::Signers& signers, AuditReplay& replay, VerifyReport& report);
  ~LogCheck();

  /// The slot of that entry continues from it: all through it were pruned.
  void begins_after(const AuditMark& through);
  /// An entry's row, in a store that takes rows of that format.
  /// `right`: whether its signatures are right, if that is known (AuditSignatureCheck::follow).
  void row(const Row& row, std::uint32_t rows_format, const std::vector<bool>* right = nullptr);

  /// Before the first row, if there are slots beside 0: their entries are merged. Then rows are to be given in the
  /// order in which they are wanted.
  void merges(const std::vector<AuditSlot>& slots);
  /// Before the first row: of each slot that was pruned, the last pruned entry.
  std::vector<AuditMark> pruned_through() const;
  /// The slot of which rows are wanted next; std::nullopt: none any more.
  std::optional<AuditSlot> wants();
  /// There are no more rows of the slot.
  void ends(AuditSlot slot);

  /// After the last entry. Reports the log's heads, and a log that is empty although entries were pruned.
  void end();
  /// After end(). Reports a log that ends before the cut-off, as that of a backup may.
  void expect_cut_off();
  bool is_empty() const;
  /// Of slot 0: the sequence of the newest entry, or of the last pruned one; 0: there is none.
  std::uint64_t last() const;
  /// Whether there are entries in slots beside 0.
  bool has_slots() const;

 private:
  class Direct;
  struct Slot {
    std::unique_ptr<CommitSink> direct;  ///< without a merge
    std::optional<SlotCheck> check;
    bool ended = false;
  };

  Slot& slot_of(AuditSlot slot);
  void report_slots();

  const crypto::Signers& signers_;
  AuditReplay& replay_;
  VerifyReport& report_;
  AuditMerge merge_;
  bool merges_ = false;
  std::map<AuditSlot, Slot> slots_;
};

}  // namespace tacit::store
