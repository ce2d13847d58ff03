// A checkpoint of pruned audit entries: the place in the chain from which the rest continues. One row of Table::meta,
// rewritten by each step of a pruning:
//
//   "audit checkpoint" → format 1: 1 format ‖ 8 sequence and 32 hash of the last entry that was pruned ‖ 8 instant ‖
//                        4 length and text of the actor ‖ 8 metadata key id ‖ 32 MAC over all before, under the store's
//                        record key for "audit checkpoint" of that metadata key; written while nothing is signed, and
//                        refused once signatures are required
//                        format 2: the same fields up to the actor ‖ the end of a signed row
//                        (store/rows/signed_row.hpp) for the context "tacit signed checkpoint 1"
//   "audit checkpoint" ‖ 2 slot → the same for a slot beside 0. The slot follows the purpose of the record key, and is
//                        the row signature's `extra`, so that no row passes for that of another slot
//
// The MAC or the signature makes other removals detectable: write access to the database alone does not suffice to make
// this row. An older checkpoint that is put back is detected too, because the entries after it are missing.
#pragma once

#include <optional>
#include <vector>

#include "crypto/keyrings/keyring.hpp"
#include "store/engine/engine.hpp"
#include "store/model/audit.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

/// The key of slot 0, with which all others begin.
ByteView checkpoint_key();
Bytes checkpoint_key(AuditSlot slot);
/// The slot of a checkpoint's key; std::nullopt for other keys of Table::meta.
std::optional<AuditSlot> slot_of_checkpoint(ByteView key);

/// Format 1, under the primary metadata key. Call check_newest (store/rows/store_meta.hpp) before storing the row, in
/// the same transaction.
Bytes encode_checkpoint(const AuditCheckpoint& checkpoint, const crypto::MetadataKeyring& ring);
/// Format 2.
Bytes encode_checkpoint(const AuditCheckpoint& checkpoint, const crypto::SigningKeyring::Entry& signer,
                        const crypto::Uuid& store);
/// In the format that the phase of `keys` needs; likewise. Fails with `not_allowed` if the row has to be signed and
/// this process lacks the key.
Outcome<Bytes> encode_checkpoint(const AuditCheckpoint& checkpoint, const StoreKeys& keys);
/// `slot`: that of the row's key. std::nullopt if the row was altered, if the rings lack the key that it names, or if
/// it is not signed although signatures are required.
std::optional<AuditCheckpoint> decode_checkpoint(ByteView row, const StoreKeys& keys, AuditSlot slot = {});

/// Whether the row is of the signed format, which names no metadata key.
bool is_signed_checkpoint(ByteView row);
/// The metadata key that a stored checkpoint of format 1 names, unverified; std::nullopt for other formats.
std::optional<crypto::KeyId> metadata_key_of_checkpoint(ByteView row);

/// The slot's checkpoint, if there is one. Fails with `integrity` if it was altered. `keys` must outlive the task.
Task<Outcome<std::optional<AuditCheckpoint>>> load_checkpoint(Transaction& transaction, const StoreKeys& keys,
                                                              AuditSlot slot = {});
/// The slots that have a checkpoint, altered or not, in ascending order.
Task<std::vector<AuditSlot>> checkpoint_slots(Transaction& transaction);

/// Rewrites each slot's checkpoint of format 1 under the primary metadata key. Fails with `integrity` if one was
/// altered, and then leaves it as it is. Leaves signed ones as they are, too.
Task<Outcome<void>> renew_checkpoint(Transaction& transaction, const StoreKeys& keys);

}  // namespace tacit::store
