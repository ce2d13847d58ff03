// Checks the audit log: its chain, its signatures, and the formats of its rows; and hands its commits to the replay.
#pragma once

#include <cstdint>

#include "store/audit/audit_chain.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/engine/engine.hpp"
#include "store/model/verify_report.hpp"
#include "store/verify/audit_replay.hpp"

namespace tacit::store {

/// Receives the checkpoint, if there is one, then all entries, then end().
class LogCheck {
 public:
  /// The arguments must outlive this object.
  LogCheck(const crypto::Signers& signers, AuditReplay& replay, VerifyReport& report)
      : signatures_(signers), replay_(replay), report_(report) {}

  /// The log continues from that entry: all through it were pruned.
  void begins_after(const AuditMark& through);
  /// An entry's row, in a store that takes rows of that format.
  void row(const Row& row, std::uint32_t rows_format);
  /// After the last entry. Reports the log's head, and a log that is empty although entries were pruned.
  void end();
  bool is_empty() const { return !has_entries_; }
  /// The sequence of the newest entry, or of the last pruned one; 0: there is none.
  std::uint64_t last() const { return chain_.last().sequence; }

 private:
  /// An incomplete log proves nothing about the rows.
  void distrust(const std::string& problem);
  void group(const AuditMark& mark, std::string_view body, bool is_signed);
  void hand_over();

  AuditChain chain_;
  AuditSignatureCheck signatures_;
  AuditReplay& replay_;
  VerifyReport& report_;
  AuditCommit commit_;
  bool has_entries_ = false;
};

}  // namespace tacit::store
