// A signed row that has one number: 1 format (1) ‖ 8 number ‖ the end of a signed row (store/rows/signed_row.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/ids/uuid.hpp"
#include "crypto/keyrings/signers.hpp"
#include "store/engine/engine.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

/// `context` names the kind of the row: a row of another kind has no valid signature for it.
Bytes signed_number(std::uint64_t number, std::string_view context, const crypto::SigningKeyring::Entry& signer,
                    const crypto::Uuid& store);
/// The number; std::nullopt if the row was altered, or its signer is not accepted.
std::optional<std::uint64_t> read_signed_number(ByteView row, std::string_view context, const StoreKeys& keys);

}  // namespace tacit::store
