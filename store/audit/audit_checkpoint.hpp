// A checkpoint of pruned audit entries: the place in the chain from which the rest continues. One row of Table::meta,
// rewritten by each step of a pruning:
//
//   "audit checkpoint" → 1 format (1) ‖ 8 sequence and 32 hash of the last entry that was pruned ‖ 8 instant ‖
//                        4 length and text of the actor ‖ 8 metadata key id ‖ 32 MAC over all before, under the store's
//                        record key for "audit checkpoint" of that metadata key
//
// The MAC makes other removals detectable: write access to the database alone does not suffice to make this row. An
// older checkpoint that is put back is detected too, because the entries after it are missing.
#pragma once

#include <optional>

#include "crypto/keyring.hpp"
#include "store/engine/engine.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

ByteView checkpoint_key();

/// Uses the primary metadata key. Call check_newest (store/rows/store_meta.hpp) before storing the row, in the same
/// transaction.
Bytes encode_checkpoint(const AuditCheckpoint& checkpoint, const crypto::MetadataKeyring& ring);
/// std::nullopt if the row was altered, or if the ring lacks the key that it names.
std::optional<AuditCheckpoint> decode_checkpoint(ByteView row, const crypto::MetadataKeyring& ring);

/// The metadata key that a stored checkpoint names, unverified; std::nullopt if its format is unknown.
std::optional<crypto::KeyId> metadata_key_of_checkpoint(ByteView row);

/// The checkpoint, if there is one. Fails with `integrity` if it was altered. `ring` must outlive the task.
Task<Outcome<std::optional<AuditCheckpoint>>> load_checkpoint(Transaction& transaction,
                                                              const crypto::MetadataKeyring& ring);

/// Rewrites the checkpoint, if there is one, under the primary metadata key. Fails with `integrity` if it was altered,
/// and then leaves it as it is.
Task<Outcome<void>> renew_checkpoint(Transaction& transaction, const crypto::MetadataKeyring& ring);

}  // namespace tacit::store
