// The mark of a tenant that is being erased. An erasure may take many transactions. The first one removes the tenant's
// record, and with it the box of the private key to which all values are sealed, and puts this mark, so that nothing
// new is stored for the tenant while its rows are removed. The last one removes the mark. A mark that stays belongs to
// an interrupted erasure: running the erasure again finishes it.
//
// Table::meta: "erasing" ‖ tenant id (16) → 1 format (1) ‖ 8 metadata key id ‖ 32 MAC over "erasing" ‖ tenant id ‖ all
// before, under the store's record key for "erasing" of that metadata key.
#pragma once

#include <optional>

#include "crypto/keyring.hpp"
#include "crypto/uuid.hpp"
#include "store/engine/engine.hpp"

namespace tacit::store {

void put_erasure_mark(Transaction& transaction, const crypto::Uuid& tenant, const crypto::MetadataKeyring& ring);
void erase_erasure_mark(Transaction& transaction, const crypto::Uuid& tenant);
Task<bool> is_being_erased(Transaction& transaction, crypto::Uuid tenant);

/// The tenant of a mark in Table::meta; std::nullopt if the row is not a mark.
std::optional<crypto::Uuid> tenant_of_erasure_mark(ByteView key);
/// The metadata key that a mark names, unverified.
std::optional<crypto::KeyId> metadata_key_of_erasure_mark(ByteView value);
/// Whether the mark was made with the metadata key.
bool is_good_erasure_mark(const Row& row, const crypto::MetadataKeyring& ring);

}  // namespace tacit::store
