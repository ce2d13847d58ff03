// JSON Web Signatures in the compact serialization (RFC 7515 section 3.1): taken apart, whatever the payload.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

#include "auth/model/refusal.hpp"
#include "crypto/signature.hpp"
#include "crypto/wiped.hpp"

namespace tacit::auth {

/// Bytes of a `kid`. A longer one is malformed.
inline constexpr std::size_t max_kid_size = 256;

/// Not verified: nothing in it can be believed.
struct Jws {
  crypto::SignatureAlgorithm algorithm{};
  std::string kid;               ///< empty if there is none
  std::string type;              ///< `typ` in lower case, without `application/`; empty if there is none
  std::string_view signed_part;  ///< header and payload as sent; into the text
  crypto::WipedBytes payload;
  crypto::WipedBytes signature;  ///< may be empty
};

/// Exactly three parts of canonical base64url; the first is a JSON object that names a known algorithm and none of the
/// parameters `jwk`, `jku`, `x5u`, `x5c`, `crit`, `b64`, `zip`. A parameter that is null counts as absent. The text may
/// be of any size.
boost::system::result<Jws, Refusal> decode_jws(std::string_view text);

}  // namespace tacit::auth
