// Names of signature algorithms in the parameter `alg` of tokens and keys (RFC 7518 section 3.1, RFC 8037
// section 3.1).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "crypto/signatures/signature.hpp"

namespace tacit::auth {

/// std::nullopt for an unknown name, including `none`. Case-sensitive. `Ed25519` (RFC 9864) is a newer name of `EdDSA`.
std::optional<crypto::SignatureAlgorithm> algorithm_of(std::string_view name);

std::string_view algorithm_name(crypto::SignatureAlgorithm algorithm);

/// The name of each algorithm, as algorithm_name returns it.
std::vector<std::string_view> algorithm_names();

}  // namespace tacit::auth
