// Work that an engine does inside each commit, around the writes of the batch: the audit log's signatures.
#pragma once

#include "store/engine/task.hpp"

namespace tacit::store {

class Transaction;  // store/engine/engine.hpp

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
};

}  // namespace tacit::store
