// The mark of a tenant that is being erased. An erasure may take many transactions. The first one removes the tenant's
// record, and with it the box of the private key to which all values are sealed, and puts this mark, so that nothing
// new is stored for the tenant while its rows are removed. The last one removes the mark. A mark that stays belongs to
// an interrupted erasure: running the erasure again finishes it.
//
// Table::meta: "erasing" ‖ tenant id (16) →
//   format 1: 1 format ‖ 8 metadata key id ‖ 32 MAC over "erasing" ‖ tenant id ‖ all before, under the store's record
//   key for "erasing" of that metadata key; written while nothing is signed, and refused once signatures are required
//   format 2: 1 format ‖ 8 instant ‖ the end of a signed row (store/rows/signed_row.hpp) for the context "tacit signed
//   erasure 1" and the tenant id
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/ids/uuid.hpp"
#include "crypto/keyrings/keyring.hpp"
#include "store/engine/engine.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

/// Puts a mark of format 1.
void put_erasure_mark(Transaction& transaction, const crypto::Uuid& tenant, const crypto::MetadataKeyring& ring);
/// Puts a mark in the format that the phase of `keys` needs. `now`: microseconds since the Unix epoch. Fails with
/// `not_allowed` if it has to be signed and this process lacks the key.
Outcome<void> put_erasure_mark(Transaction& transaction, const crypto::Uuid& tenant, const StoreKeys& keys,
                               std::int64_t now);
/// Signs a mark with that key unless it is signed with it already; a signed mark keeps its instant. Fails with
/// `integrity` if it is not a good mark. `row` must be a copy, because stored rows move with the first change.
Outcome<void> sign_erasure_mark(Transaction& transaction, const Row& row, const StoreKeys& keys,
                                const crypto::SigningKeyring::Entry& signer, std::int64_t now);
void erase_erasure_mark(Transaction& transaction, const crypto::Uuid& tenant);
Task<bool> is_being_erased(Transaction& transaction, crypto::Uuid tenant);
/// Whether the tenant has a mark that is good, as below. `keys` must outlive the task.
Task<bool> has_good_erasure_mark(Transaction& transaction, crypto::Uuid tenant, const StoreKeys& keys);

/// The tenant of a mark in Table::meta; std::nullopt if the row is not a mark.
std::optional<crypto::Uuid> tenant_of_erasure_mark(ByteView key);
/// What the keys of all marks begin with.
ByteView erasure_mark_prefix();
/// Whether the mark is of the signed format, which names no metadata key.
bool is_signed_erasure_mark(ByteView value);
/// The metadata key that a mark of format 1 names, unverified.
std::optional<crypto::KeyId> metadata_key_of_erasure_mark(ByteView value);
/// Whether the mark was made with the metadata key, or with an accepted root signing key, as the phase of `keys` needs.
bool is_good_erasure_mark(const Row& row, const StoreKeys& keys);

}  // namespace tacit::store
