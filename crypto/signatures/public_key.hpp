// Public keys in OpenSSL's form, from their published numbers. Private to crypto/.
#pragma once

#include "crypto/memory/bytes.hpp"
#include "crypto/primitives/openssl.hpp"

namespace tacit::crypto {

/// Null unless the modulus is odd, has 2048 to 8192 bits and no leading zeros, and the exponent is odd, from 3 to 2^32.
PkeyPtr import_rsa(ByteView modulus, ByteView exponent);

/// Null unless the coordinates have `size` bytes, are below the field's prime, and belong to a point on the curve that
/// OpenSSL calls `group`.
PkeyPtr import_point(const char* group, std::size_t size, ByteView x, ByteView y);

/// Null unless it has 32 bytes, whose y is below the field's prime (RFC 8032 section 5.1.3), and is not a point of
/// small order: for such a key signatures can be made without a private key ("Taming the many EdDSAs", Chalkias,
/// Garillot and Nikolaenko 2020). Only a verification detects bytes that are not a point: it then always fails.
PkeyPtr import_ed25519(ByteView encoded);

/// The point of a public key on an elliptic curve, uncompressed (SEC 1 section 2.3.3).
Bytes uncompressed_point(const EVP_PKEY* key);

}  // namespace tacit::crypto
