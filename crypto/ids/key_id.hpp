// The ids of keys in keyrings and in stored boxes: the first 8 bytes of a hash of the key, computed with a purpose
// (crypto/keyrings/keyring.hpp, crypto/keyrings/signers.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "crypto/memory/bytes.hpp"

namespace tacit::crypto {

using KeyId = std::array<std::uint8_t, 8>;

/// Identifies a key pair of a tenant that is made before its tenant is known: random.
using KeyNumber = std::array<std::uint8_t, 16>;

/// The id that begins these bytes, at least 8.
KeyId leading_id(ByteView bytes);

/// Two lower-case digits a byte.
std::string to_hex(ByteView bytes);

}  // namespace tacit::crypto
