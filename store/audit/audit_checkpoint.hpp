// A checkpoint of pruned audit entries: the place in the chain from which the rest continues. One row of Table::meta,
// rewritten by each step of a pruning:
//
//   "audit checkpoint" → format 1: 1 format ‖ 8 sequence and 32 hash of the last entry that was pruned ‖ 8 instant ‖
//                        4 length and text of the actor ‖ 8 metadata key id ‖ 32 MAC over all before, under the store's
//                        record key for "audit checkpoint" of that metadata key; written while nothing is signed, and
//                        refused once signatures are required
//                        format 2: the same fields up to the actor ‖ the end of a signed row
//                        (store/rows/signed_row.hpp) for the context "tacit signed checkpoint 1"
//
// The MAC or the signature makes other removals detectable: write access to the database alone does not suffice to make
// this row. An older checkpoint that is put back is detected too, because the entries after it are missing.
#pragma once

#include <optional>

#include "crypto/keyrings/keyring.hpp"
#include "store/engine/engine.hpp"
#include "store/model/audit.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

ByteView checkpoint_key();

/// Format 1, under the primary metadata key. Call check_newest (store/rows/store_meta.hpp) before storing the row, in
/// the same transaction.
Bytes encode_checkpoint(const AuditCheckpoint& checkpoint, const crypto::MetadataKeyring& ring);
/// Format 2.
Bytes encode_checkpoint(const AuditCheckpoint& checkpoint, const crypto::SigningKeyring::Entry& signer,
                        const crypto::Uuid& store);
/// In the format that the phase of `keys` needs; likewise. Fails with `not_allowed` if the row has to be signed and
/// this process lacks the key.
Outcome<Bytes> encode_checkpoint(const AuditCheckpoint& checkpoint, const StoreKeys& keys);
/// std::nullopt if the row was altered, if the rings lack the key that it names, or if it is not signed although
/// signatures are required.
std::optional<AuditCheckpoint> decode_checkpoint(ByteView row, const StoreKeys& keys);

/// Whether the row is of the signed format, which names no metadata key.
bool is_signed_checkpoint(ByteView row);
/// The metadata key that a stored checkpoint of format 1 names, unverified; std::nullopt for other formats.
std::optional<crypto::KeyId> metadata_key_of_checkpoint(ByteView row);

/// The checkpoint, if there is one. Fails with `integrity` if it was altered. `keys` must outlive the task.
Task<Outcome<std::optional<AuditCheckpoint>>> load_checkpoint(Transaction& transaction, const StoreKeys& keys);

/// Rewrites a checkpoint of format 1, if there is one, under the primary metadata key. Fails with `integrity` if it was
/// altered, and then leaves it as it is. Leaves a signed one as it is, too.
Task<Outcome<void>> renew_checkpoint(Transaction& transaction, const StoreKeys& keys);

}  // namespace tacit::store
