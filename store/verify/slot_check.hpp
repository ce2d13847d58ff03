// Checks one slot of the audit log: its chain, its signatures, and the formats of its rows; and hands its commits on.
//
// After a fault in the chain the replay begins again with the next commit that a plane signed, or before the cut-off
// with the next entry: what the faulty entries were is not known. So one fault does not hide rows that are changed
// later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/audit/audit_chain.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/engine/engine.hpp"
#include "store/model/verify_report.hpp"
#include "store/verify/commit_sink.hpp"

namespace tacit::store {

/// Receives the slot's checkpoint, if there is one, then all entries, then end().
class SlotCheck {
 public:
  /// The arguments must outlive this object.
  SlotCheck(const crypto::Signers& signers, AuditSlot slot, CommitSink& sink, VerifyReport& report);

  /// The slot continues from that entry: all through it were pruned.
  void begins_after(const AuditMark& through);
  /// An entry's row, in a store that takes rows of that format.
  /// `right`: whether its signatures are right, if that is known (AuditSignatureCheck::follow).
  void row(const Row& row, std::uint32_t rows_format, const std::vector<bool>* right = nullptr);
  /// After the last entry.
  void end();
  bool is_empty() const { return !has_entries_; }
  std::uint64_t entries() const { return entries_; }
  std::uint64_t pruned_through() const { return pruned_through_; }
  std::uint64_t signatures_checked() const { return signatures_.checked(); }
  /// The newest entry, or the last pruned one; sequence 0: there is none.
  const AuditMark& last() const { return chain_.last(); }

 private:
  /// The replay forgets what it knows. `sequence`: the faulty entry.
  void distrust(const std::string& problem, std::uint64_t sequence);
  /// Reports the fault, and that rows are compared from that entry on.
  void trust_from(std::uint64_t sequence);
  bool is_required(std::uint64_t sequence) const;
  void group(const AuditMark& mark, std::string_view body);
  /// The entries of the group from `first` on are a commit; those before it are not signed.
  void end_commit(std::uint64_t first);
  /// As unsigned entries.
  void hand_over();

  const crypto::Signers& signers_;
  const AuditSlot slot_;
  AuditChain chain_;
  AuditSignatureCheck signatures_;
  CommitSink& sink_;
  VerifyReport& report_;
  AuditCommit commit_;
  bool has_entries_ = false;
  std::uint64_t entries_ = 0;
  std::uint64_t pruned_through_ = 0;
  std::optional<std::string> fault_;  ///< after which the replay has not begun again yet
  std::uint64_t faulty_ = 0;          ///< the last faulty entry
};

}  // namespace tacit::store
