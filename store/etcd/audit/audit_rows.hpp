// The rows of Table::audit that a block stands for. On etcd the table is not stored: readers see it through the blocks,
// in the form of store/audit/audit_log.hpp, so that a backup of it can be restored to either engine.
#pragma once

#include <vector>

#include "crypto/ids/uuid.hpp"
#include "crypto/memory/bytes.hpp"
#include "store/etcd/audit/audit_block.hpp"

namespace tacit::store::etcd {

struct ExpandedRow {
  Bytes key;
  Bytes value;
};

/// In the order of their keys. `store`: the store's id, which is part of the hashes. An altered block gives rows whose
/// hashes contradict those of the next block, as altered rows do in an embedded store.
std::vector<ExpandedRow> rows_of_block(const AuditBlock& block, const crypto::Uuid& store);

/// The hash of the block's last entry: what the slot's head and the next block must have.
crypto::Digest hash_of_block(const AuditBlock& block, const crypto::Uuid& store);

}  // namespace tacit::store::etcd
