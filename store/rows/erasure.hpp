// The mark of a tenant that is being erased. Erasing may take many transactions; the first takes away the tenant's
// record, and with it the box of the private key that every value is sealed to, and puts this mark, so that nothing new
// is stored of the tenant while its rows go. The last takes the mark away. A mark that stays is of an erasure that was
// cut short: erasing again finishes it.
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

/// Whose mark a row of Table::meta is; nothing if it is none.
std::optional<crypto::Uuid> tenant_of_erasure_mark(ByteView key);
/// The metadata key that a mark names, unverified.
std::optional<crypto::KeyId> metadata_key_of_erasure_mark(ByteView value);
/// Whether the mark was put by who has the metadata key.
bool is_good_erasure_mark(const Row& row, const crypto::MetadataKeyring& ring);

}  // namespace tacit::store
