// The end of a row that the root signing key signs: 8 signing key id ‖ 64 signature. What is signed is
// canonical(context, {store id, extra, all of the row before the signature}) (crypto/primitives/aad.hpp); without
// `extra`, which is what the row's key says, there is no such field. Each kind of row has a context of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/ids/uuid.hpp"
#include "crypto/keyrings/signers.hpp"
#include "store/engine/engine.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

inline constexpr std::size_t row_signature_size = 8 + 64;

void append_row_signature(Bytes& row, std::string_view context, const crypto::SigningKeyring::Entry& signer,
                          const crypto::Uuid& store, ByteView extra);

enum class RowSignature : std::uint8_t { good, wrong, unknown_signer, retired_signer };

/// Verifies the signature at the row's end, under a key of the role root. A retired key is accepted if `keys` say so.
/// Uses the memory of `keys`.
RowSignature check_row_signature(ByteView row, std::string_view context, const StoreKeys& keys, ByteView extra);

/// The key that a signed row names, unverified; std::nullopt if the row is too short.
std::optional<crypto::KeyId> signer_of_row(ByteView row);

/// What is wrong with the row's signature, to follow a subject: "was altered", "is signed by the key …". `result` is
/// not good.
std::string fault_of_signature(RowSignature result, ByteView row);

}  // namespace tacit::store
