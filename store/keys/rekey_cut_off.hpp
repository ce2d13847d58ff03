// Whether the audit log may be required to be signed from an entry on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "crypto/keyrings/signers.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/engine/context.hpp"
#include "store/model/audit.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

/// Checks that each audit entry from one on is signed by its plane, as if signatures were required from there. This
/// shows nothing about a server that wrote no entry since: the operator restarts all servers before. The entry is one
/// of slot 0; of every other slot all entries have to be signed. For one thread.
class CutOffCheck {
 public:
  CutOffCheck(ContextPtr store, std::uint64_t first);

  /// Follows the log to its end, on successive snapshots. Fails with not_allowed and the reason, or like
  /// AuditReader::next.
  Outcome<void> read_log();
  /// Call after `read_log`, in a transaction, before its first change: follows the entries that were appended
  /// meanwhile, and judges the end of the log. Fails likewise; with unavailable if these entries are too many. May be
  /// called again.
  Task<Outcome<void>> finish(Transaction& transaction) const;

 private:
  /// Copies continue from the same place.
  class Follower {
   public:
    Follower(const crypto::Signers& signers, AuditSlot slot, std::uint64_t cut_off);
    Outcome<void> follow(const AuditRecord& entry);
    Outcome<void> finish();
    /// The sequence after the last entry that was followed.
    std::uint64_t next() const { return next_; }

   private:
    Failure fault(const std::string& finding) const;

    AuditSlot slot_;
    std::uint64_t first_;
    std::uint64_t next_;
    std::shared_ptr<const crypto::Signers> signers_;
    AuditSignatureCheck check_;
    std::map<crypto::SigningRole, std::uint64_t> unsigned_;  ///< of the present commit: the first entry of each plane
  };

  Follower follower_of(AuditSlot slot) const;
  Outcome<void> read_slot(AuditSlot slot);
  Task<Outcome<void>> finish(Transaction& transaction, AuditSlot slot) const;

  const ContextPtr store_;
  const std::uint64_t first_;
  std::map<AuditSlot, Follower> followers_;
};

}  // namespace tacit::store
