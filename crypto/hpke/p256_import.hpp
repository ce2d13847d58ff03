// Imports raw P-256 keys into OpenSSL. Private to crypto/.
#pragma once

#include "crypto/hpke/hpke.hpp"
#include "crypto/primitives/openssl.hpp"

namespace tacit::crypto {

inline constexpr char p256_name[] = "P-256";

/// The scalar in OpenSSL's secure heap, if the process has one (harden_process); marked for constant-time use.
BignumPtr to_bignum(const PrivateKey& key);

/// Both halves, not checked against each other. Null if `public_half` is not an uncompressed point or the scalar is out
/// of range.
PkeyPtr import_key_pair(const PrivateKey& key, const PublicKey& public_half);

}  // namespace tacit::crypto
