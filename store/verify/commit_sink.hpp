// Receives the commits of a slot of the audit log, for the replay (store/verify/audit_replay.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/model/audit_slot.hpp"

namespace tacit::store {

/// Successive entries of a slot: those of a commit up to and with the one that has its signatures, or unsigned ones.
struct AuditCommit {
  std::vector<std::string> bodies;
  std::uint64_t first = 0;         ///< the sequence of the first
  std::uint8_t signed_planes = 0;  ///< the planes whose signatures are right, as bits of AuditActionRow::planes
  AuditSlot slot{};
};

class CommitSink {
 public:
  CommitSink() = default;
  CommitSink(const CommitSink&) = delete;
  CommitSink& operator=(const CommitSink&) = delete;
  virtual ~CommitSink() = default;

  /// The next entries of the slot.
  virtual void commit(const AuditCommit& commit) = 0;
  /// The log does not begin with its first entry.
  virtual void begins_later() = 0;
  /// The log has a fault before the next entries.
  virtual void begins_again() = 0;
};

}  // namespace tacit::store
