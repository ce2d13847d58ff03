// What pruning leaves of the entries that it takes out of the audit log: the place in the chain from which the rest
// goes on. One row of Table::meta, written anew by each step of a pruning:
//
//   "audit checkpoint" → 1 format (1) ‖ 8 sequence and 32 hash of the last entry that was pruned ‖ 8 instant ‖
//                        4 length and text of the actor ‖ 8 metadata key id ‖ 32 MAC over all before, under the store's
//                        record key for "audit checkpoint" of that metadata key
//
// So entries that anybody else takes out are found missing as ever: whoever only writes the database cannot make this
// row. An older one put back is found too, for what it does not cover is missing then.
#pragma once

#include <optional>

#include "crypto/keyring.hpp"
#include "store/engine/engine.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

ByteView checkpoint_key();

/// Under the primary metadata key. Before it is stored: check_newest (store/rows/store_meta.hpp), in the same
/// transaction.
Bytes encode_checkpoint(const AuditCheckpoint& checkpoint, const crypto::MetadataKeyring& ring);
/// Nothing if it was altered, or the ring lacks the key that it names.
std::optional<AuditCheckpoint> decode_checkpoint(ByteView row, const crypto::MetadataKeyring& ring);

/// The metadata key that a stored checkpoint names, unverified; nothing if it is of an unknown format.
std::optional<crypto::KeyId> metadata_key_of_checkpoint(ByteView row);

/// The checkpoint, if there is one. Fails with `integrity` if it was altered. `ring` must outlive the task.
Task<Outcome<std::optional<AuditCheckpoint>>> load_checkpoint(Transaction& transaction,
                                                              const crypto::MetadataKeyring& ring);

/// Puts the checkpoint, if there is one, under the primary metadata key. Fails with `integrity` if it was altered: then
/// it stays as it is.
Task<Outcome<void>> renew_checkpoint(Transaction& transaction, const crypto::MetadataKeyring& ring);

}  // namespace tacit::store
