// Why a credential was refused. For logs and the audit alone: whoever presented it gets the same answer for all that
// are no good.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tacit::auth {

enum class Refusal : std::uint8_t {
  malformed,           ///< it has neither the form of an API key (its checksum included) nor that of a token
  too_large,           ///< a token of more bytes than any may have
  unknown,             ///< no API key has that id
  wrong_secret,        ///< the id is known, the secret is another
  expired,             ///< an API key or a token
  revoked,             ///< an API key
  not_yet_valid,       ///< a token's nbf, or its iat, is in the future
  unknown_issuer,      ///< no configured issuer has that `iss`, or not for that header
  wrong_algorithm,     ///< not one that the issuer's key may be used with; `none` too
  forbidden_header,    ///< the token names its own key (jwk, jku, x5u, x5c) or an extension (crit)
  wrong_type,          ///< `typ` is not one of an access token
  unknown_key,         ///< the issuer publishes no key of that kid
  bad_signature,       ///< the key is the issuer's, the signature is not
  wrong_audience,      ///< the token is for another service
  wrong_claims,        ///< a claim is missing, of a wrong type or out of its bounds
  inactive,            ///< the issuer says that an opaque token is not active
  altered,             ///< what is stored of an API key failed its integrity check: no word on the credential
  unavailable,         ///< the store could not be read: likewise; to be tried again
  issuer_unreachable,  ///< the issuer's keys or its word could not be had: likewise
};

inline constexpr std::size_t refusal_count = static_cast<std::size_t>(Refusal::issuer_unreachable) + 1;

/// The refusal in a word.
const char* to_string(Refusal refusal);

/// Whether its issuer did give that token out, but not for this service or not for this time: it is no
/// guess. (Not of an API key: one
/// that has ended is answered as one that never was.)
constexpr bool is_of_its_issuer(Refusal refusal) {
  return refusal == Refusal::expired || refusal == Refusal::not_yet_valid || refusal == Refusal::wrong_type ||
         refusal == Refusal::wrong_audience || refusal == Refusal::wrong_claims;
}

/// Whether it says nothing of the credential: the server could not judge it.
constexpr bool is_no_verdict(Refusal refusal) {
  return refusal == Refusal::altered || refusal == Refusal::unavailable || refusal == Refusal::issuer_unreachable;
}

}  // namespace tacit::auth
