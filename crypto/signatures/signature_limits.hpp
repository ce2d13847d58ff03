// The sizes of the keys that crypto/signatures/signature.hpp accepts.
#pragma once

#include <cstddef>

namespace tacit::crypto {

/// Bits of an RSA modulus: the least of RFC 7518 section 3.3, and a limit of the time that a verification takes.
inline constexpr std::size_t least_rsa_bits = 2048;
inline constexpr std::size_t most_rsa_bits = 8192;

/// Bytes of a shared secret for HS256 (RFC 7518 section 3.2).
inline constexpr std::size_t least_hmac_secret = 32;

}  // namespace tacit::crypto
