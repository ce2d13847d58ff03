// Parses JSON Web Signatures in the compact serialization (RFC 7515 section 3.1), with any payload.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

#include "auth/model/refusal.hpp"
#include "crypto/memory/wiped.hpp"
#include "crypto/signatures/signature.hpp"

namespace tacit::auth {

/// The limit of a `kid` in bytes. A longer one is malformed.
inline constexpr std::size_t max_kid_size = 256;

/// A parsed, unverified signature: no part of it is trusted.
struct Jws {
  crypto::SignatureAlgorithm algorithm{};
  std::string kid;               ///< empty if there is none
  std::string type;              ///< `typ` in lower case, without `application/`; empty if there is none
  std::string_view signed_part;  ///< header and payload as sent; points into the text
  crypto::WipedBytes payload;
  crypto::WipedBytes signature;  ///< may be empty
};

/// Requires exactly three parts of canonical base64url; the first is a JSON object with a known algorithm and none of
/// the parameters `jwk`, `jku`, `x5u`, `x5c`, `crit`, `b64`, `zip`. A null parameter counts as absent. The text's size
/// is not limited.
boost::system::result<Jws, Refusal> decode_jws(std::string_view text);

}  // namespace tacit::auth
