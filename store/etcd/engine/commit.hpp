// The one Txn that commits a batch: it applies only if nothing that the batch read has changed, and if no other process
// has written to the slot's head.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "store/engine/commit_seal.hpp"
#include "store/etcd/engine/batch_run.hpp"

namespace tacit::store::etcd {

using OperationId = std::array<std::uint8_t, 16>;

struct Commit {
  WriteTxn txn;
  OperationId operation{};  ///< in the head that it writes
  Bytes head_key;
  Bytes head_value;  ///< that it writes
  SlotHead head_before;
  std::int64_t head_revision = 0;  ///< that it compares; 0: no row
  std::optional<Bytes> block_key;  ///< of the block that it adds
  AuditMark last;                  ///< the newest entry after it
  std::vector<AuditSignature> signatures;
};

/// The Txn of a batch that has changes. `seal` may be null. std::nullopt: the seal refuses it.
std::optional<Commit> build_commit(const EngineContext& context, const BatchRun& batch, CommitSeal* seal);

/// A random id.
OperationId make_operation_id();
/// A Txn that changes only the operation in the head, if it is as `commit` expects it: once it has been applied,
/// `commit` cannot be applied any more.
WriteTxn fence_of(const Commit& commit, const OperationId& operation);

}  // namespace tacit::store::etcd
