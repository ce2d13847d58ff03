// Parses and verifies JSON Web Tokens in the compact form (RFC 7515, RFC 7519), as OAuth 2.0 access tokens (RFC 9068)
// or as browsers' tokens, and judges their claims. Follows the best current practice, RFC 8725.
#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include "auth/model/issuer_config.hpp"
#include "auth/model/principal.hpp"
#include "auth/model/refusal.hpp"
#include "auth/model/token_audience.hpp"
#include "auth/tokens/jwk.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::auth {

/// The limit of a whole token in bytes. A larger one is too_large. A request's head has room for one and 20 KiB of
/// other fields (http/wire/framing.hpp).
inline constexpr std::size_t max_token_size = 12 * 1024;

/// A parsed, unverified token: its contents are only hints for finding the issuer and key.
struct UnverifiedToken {
  crypto::SignatureAlgorithm algorithm{};
  std::string kid;   ///< empty if there is none
  std::string type;  ///< `typ` in lower case, without `application/`; empty if there is none
  boost::json::object claims;
  std::string_view signed_part;  ///< header and claims as sent; points into the text
  crypto::WipedBytes signature;
  std::string_view issuer() const;  ///< `iss`; empty if it is missing or not a string
};

/// Whether the text has the form of a JWT: three parts of base64url characters. Opaque access tokens do not have that
/// form.
bool looks_like_jwt(std::string_view text);

/// Strict: exactly three parts, base64url without padding or leftover bits, both JSON objects of UTF-8 without
/// duplicate keys. Refuses `none`, unknown algorithms, and headers that supply a key or require extensions (`jwk`,
/// `jku`, `x5u`, `x5c`, `crit`, `b64`, `zip`). The claims are allocated in `memory`.
boost::system::result<UnverifiedToken, Refusal> decode_jwt(std::string_view text, boost::json::storage_ptr memory = {});

/// The key of the set that verifies the token's signature. unknown_key if the set has no key with its kid,
/// wrong_algorithm if those keys are for other algorithms or the issuer does not allow the token's, bad_signature if no
/// key verifies it.
boost::system::result<KeySet::Key, Refusal> verify_signature(const UnverifiedToken& token, const IssuerConfig& issuer,
                                                             const KeySet& keys);

/// A verified token's principal and expiry. The tenant is the issuer's user claim if that is a UUID, else its version 5
/// UUID in the namespace that is the version 5 UUID of the issuer in the namespace of URLs. So a user is the same
/// tenant in every installation, users of different issuers are different tenants, and an issuer whose users are UUIDs
/// can name the tenants with those ids. The actor is `oauth:`, the issuer, `#`, the claim.
struct TokenGrant {
  Principal principal;  ///< a token for the tool plane has the scope tools_use alone, whatever its claims
  TokenAudience audience = TokenAudience::api;
  /// The token's `exp`, without the leeway for which it is still accepted. For an introspected token, at most the time
  /// until the issuer must be asked again.
  std::chrono::system_clock::time_point expires;
};

/// Judges the claims of a token whose signature was verified, for either plane. A null claim counts as missing. Times
/// are numbers from 0 to the end of the year 9999, compared to the nanosecond, so a fraction in exp counts. The user is
/// a string of 1 to 255 bytes without control characters. In a list of audiences or scopes, elements that are not
/// strings are ignored. Errors: wrong_type by `typ`, unknown_issuer, wrong_audience, expired, not_yet_valid (nbf, iat);
/// wrong_claims if iss, aud, exp or the user is missing, or any claim that is read has a wrong type.
boost::system::result<TokenGrant, Refusal> judge_claims(const UnverifiedToken& token, const IssuerConfig& issuer,
                                                        std::chrono::system_clock::time_point now);

/// The same for an introspection response (RFC 7662), which has the same claims and `active`: aud is required, iss is
/// checked if present, exp may be missing (then `expires` is the largest time_point). inactive unless `active` is true.
/// The response must come from parse_json_document.
boost::system::result<TokenGrant, Refusal> judge_introspection(const boost::json::object& answer,
                                                               const IssuerConfig& issuer,
                                                               std::chrono::system_clock::time_point now);

}  // namespace tacit::auth
