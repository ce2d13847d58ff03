// Why a credential was refused. For logs and the audit alone: whoever presented it gets the same answer for all that
// are no good.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/enum_table.hpp"

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

/// What a refusal says of the credential.
enum class RefusalKind : std::uint8_t {
  invalid,     ///< it was never issued, or is revoked or has ended: it is answered as one that never was
  not_here,    ///< its issuer did issue that token, for another service or another time: it is no guess. Not of an API
               ///< key: one that has ended is invalid
  no_verdict,  ///< nothing: the server could not judge it
};

struct RefusalRow {
  Refusal refusal;
  const char* name;  ///< in a word
  RefusalKind kind;
};

/// By their values.
inline constexpr std::array<RefusalRow, 19> refusals{{
    {Refusal::malformed, "malformed", RefusalKind::invalid},
    {Refusal::too_large, "too_large", RefusalKind::invalid},
    {Refusal::unknown, "unknown", RefusalKind::invalid},
    {Refusal::wrong_secret, "wrong_secret", RefusalKind::invalid},
    {Refusal::expired, "expired", RefusalKind::not_here},
    {Refusal::revoked, "revoked", RefusalKind::invalid},
    {Refusal::not_yet_valid, "not_yet_valid", RefusalKind::not_here},
    {Refusal::unknown_issuer, "unknown_issuer", RefusalKind::invalid},
    {Refusal::wrong_algorithm, "wrong_algorithm", RefusalKind::invalid},
    {Refusal::forbidden_header, "forbidden_header", RefusalKind::invalid},
    {Refusal::wrong_type, "wrong_type", RefusalKind::not_here},
    {Refusal::unknown_key, "unknown_key", RefusalKind::invalid},
    {Refusal::bad_signature, "bad_signature", RefusalKind::invalid},
    {Refusal::wrong_audience, "wrong_audience", RefusalKind::not_here},
    {Refusal::wrong_claims, "wrong_claims", RefusalKind::not_here},
    {Refusal::inactive, "inactive", RefusalKind::invalid},
    {Refusal::altered, "altered", RefusalKind::no_verdict},
    {Refusal::unavailable, "unavailable", RefusalKind::no_verdict},
    {Refusal::issuer_unreachable, "issuer_unreachable", RefusalKind::no_verdict},
}};
static_assert(crypto::has_row_for_each(refusals, &RefusalRow::refusal, Refusal::issuer_unreachable));

inline constexpr std::size_t refusal_count = refusals.size();

/// The refusal in a word.
constexpr const char* to_string(Refusal refusal) { return crypto::row_at(refusals, refusal).name; }
constexpr bool is_of_its_issuer(Refusal refusal) {
  return crypto::row_at(refusals, refusal).kind == RefusalKind::not_here;
}
constexpr bool is_no_verdict(Refusal refusal) {
  return crypto::row_at(refusals, refusal).kind == RefusalKind::no_verdict;
}

}  // namespace tacit::auth
