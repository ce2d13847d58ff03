// Signature algorithms as the parameter `alg` of tokens and keys names them (RFC 7518 section 3.1, RFC 8037
// section 3.1).
#pragma once

#include <optional>
#include <string_view>

#include "crypto/signature.hpp"

namespace tacit::auth {

/// Nothing for a name that is not known here; `none` is not. Case matters. `Ed25519`, the newer name (RFC 9864), means
/// the same as `EdDSA`.
std::optional<crypto::SignatureAlgorithm> algorithm_of(std::string_view name);

std::string_view algorithm_name(crypto::SignatureAlgorithm algorithm);

}  // namespace tacit::auth
