// JSON Web Tokens in the compact form (RFC 7515, RFC 7519), as OAuth 2.0 access tokens (RFC 9068) or as the tokens that
// browsers hold: taken apart, checked against a key, and their claims judged. Best current practice: RFC 8725.
#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include "auth/model/issuer_config.hpp"
#include "auth/model/principal.hpp"
#include "auth/model/refusal.hpp"
#include "auth/tokens/jwk.hpp"
#include "crypto/wiped.hpp"

namespace tacit::auth {

/// Bytes of a whole token. A larger one is too_large. A request's head has room for one and 20 KiB of other fields
/// (http/wire/framing.hpp).
inline constexpr std::size_t max_token_size = 12 * 1024;

/// A token that was taken apart and not yet verified: nothing in it can be believed but as a hint where to look.
struct UnverifiedToken {
  crypto::SignatureAlgorithm algorithm{};
  std::string kid;   ///< empty if there is none
  std::string type;  ///< `typ` in lower case, without `application/`; empty if there is none
  boost::json::object claims;
  std::string_view signed_part;  ///< header and claims as sent; into the text
  crypto::WipedBytes signature;
  std::string_view issuer() const;  ///< `iss`; empty if it is not there or no string
};

/// Whether the text could be a token of this kind at all: three parts of base64url characters. An opaque access token
/// has not that form.
bool looks_like_jwt(std::string_view text);

/// Strict: exactly three parts, base64url without padding or leftover bits, both JSON objects of UTF-8 without a key
/// twice in any object. Refuses `none`, unknown algorithms, and headers that bring their own key or ask for extensions
/// (`jwk`, `jku`, `x5u`, `x5c`, `crit`, `b64`, `zip`). The claims live in `memory`.
boost::system::result<UnverifiedToken, Refusal> decode_jwt(std::string_view text, boost::json::storage_ptr memory = {});

/// The key of the set that signed the token. unknown_key if the set has no key of its kid, wrong_algorithm if those it
/// has are for other algorithms or the issuer does not allow that one, bad_signature if none fits.
boost::system::result<KeySet::Key, Refusal> verify_signature(const UnverifiedToken& token, const IssuerConfig& issuer,
                                                             const KeySet& keys);

/// Who a token speaks for, and until when. The tenant is the issuer's user claim if that is a UUID, else the version 5
/// UUID of it in the namespace that is itself the version 5 UUID of the issuer in the namespace of URLs. So a user is
/// the same tenant in every installation, two issuers' users are different ones, and an issuer whose users are UUIDs
/// speaks for the tenants of those ids. The actor is `oauth:`, the issuer, `#`, the claim.
struct TokenGrant {
  Principal principal;
  /// Its `exp`, though with the leeway it is taken a little longer. Of an introspected token, no later than its issuer
  /// is believed without being asked again.
  std::chrono::system_clock::time_point expires;
};

/// Judges the claims of a token whose signature was found good. A claim that is null counts as missing. Times are
/// numbers from 0 to the end of the year 9999, compared to the nanosecond: a token with a fraction in its exp is good
/// until just then. The user is a string of 1 to 255 bytes without control characters. In a list of audiences or
/// scopes, what is no string says nothing. wrong_type by `typ`, unknown_issuer, wrong_audience, expired, not_yet_valid
/// (nbf, iat); wrong_claims if iss, aud, exp or the user is missing, or any claim that is read is of a wrong type.
boost::system::result<TokenGrant, Refusal> judge_claims(const UnverifiedToken& token, const IssuerConfig& issuer,
                                                        std::chrono::system_clock::time_point now);

/// The same for the answer of an introspection endpoint (RFC 7662), which has the same claims with `active` beside
/// them: aud has to be there, iss is checked if it is, exp may be missing (then `expires` is the largest time_point).
/// inactive unless `active` is true. The answer has to have been read by parse_json_document.
boost::system::result<TokenGrant, Refusal> judge_introspection(const boost::json::object& answer,
                                                               const IssuerConfig& issuer,
                                                               std::chrono::system_clock::time_point now);

}  // namespace tacit::auth
