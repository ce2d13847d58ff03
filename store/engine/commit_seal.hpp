// Work that an engine does inside each commit, around the writes of the batch: the audit log's signatures.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/engine/task.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

class Transaction;  // store/engine/engine.hpp

/// What the entries of a commit on a shared engine get.
struct SealedEntries {
  std::vector<crypto::Digest> hashes;      ///< one for each body
  std::vector<AuditSignature> signatures;  ///< over the commit: from its first entry through its last
};

/// Used on the engine's writer thread. Must not throw.
class CommitSeal {
 public:
  CommitSeal() = default;
  CommitSeal(const CommitSeal&) = delete;
  CommitSeal& operator=(const CommitSeal&) = delete;
  virtual ~CommitSeal() = default;

  /// Before the first write of a batch; runs again if the batch is repeated.
  virtual Task<void> begin(Transaction& transaction) = 0;
  /// After the last write that changed something. False: the batch fails with `unavailable`.
  virtual Task<bool> finish(Transaction& transaction) = 0;
  /// The commit is durable.
  virtual void committed() = 0;

  /// Shared engines, instead of the above: hashes and signatures of entries that follow `before` in its slot. `format`:
  /// the newest format of rows that the store takes. std::nullopt: this process lacks the key of a plane that has an
  /// entry among them, so the batch fails with `unavailable`.
  virtual std::optional<SealedEntries> seal(const AuditMark& before, std::span<const std::string> bodies,
                                            std::uint32_t format) = 0;
  /// A commit whose last entry is `head` is durable; it had those signatures.
  virtual void committed(const AuditMark& head, std::span<const AuditSignature> signatures) = 0;
};

}  // namespace tacit::store
