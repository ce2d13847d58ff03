// The mark of a rekey of all tenants that is under way (store/keys/rekey.hpp): one row of Table::meta.
//
//   "rekey" → a signed number (store/rows/signed_number.hpp), the instant of its beginning, for the context
//   "tacit signed rekey 1"
//
// Tenants whose key pair is older than the beginning are still to be done. The mark stays until the cut-off may follow.
// Without the mark the next run begins again, so removing it causes only more work.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/ids/uuid.hpp"
#include "crypto/keyrings/signers.hpp"
#include "store/engine/engine.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

ByteView rekey_row_key();
/// `started`: microseconds since the Unix epoch.
Bytes rekey_value(std::int64_t started, const crypto::SigningKeyring::Entry& signer, const crypto::Uuid& store);
/// The beginning; std::nullopt if the row was altered, or its signer is not accepted.
std::optional<std::int64_t> started_of_rekey(ByteView row, const StoreKeys& keys);

}  // namespace tacit::store
