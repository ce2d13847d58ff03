// The curve P-256 (SP 800-186), as far as HPKE needs it: checked points and scalars, and Diffie-Hellman.
#pragma once

#include <optional>

#include "crypto/hpke/hpke.hpp"

namespace tacit::crypto {

/// Whether the scalar is in 1 … order - 1. Constant time.
bool is_scalar(const PrivateKey& key) noexcept;

/// Whether the bytes are an uncompressed point of the curve (SP 800-56A section 5.6.2.3.4; the cofactor is 1, so a
/// point other than infinity has the right order, and infinity has no 65-byte form).
bool is_point(const PublicKey& key);

/// The x coordinate of the product, the shared secret of SP 800-56A section 5.7.1.2 and of RFC 9180 section 4.1.
/// std::nullopt if the scalar is out of range or the point is not on the curve.
std::optional<WipedArray<32>> p256_diffie_hellman(const PrivateKey& mine, const PublicKey& theirs);

}  // namespace tacit::crypto
