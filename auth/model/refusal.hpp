// Why a credential was refused. Only for logs and the audit: the client gets the same response for every invalid
// credential.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/text/enum_table.hpp"

namespace tacit::auth {

enum class Refusal : std::uint8_t {
  malformed,           ///< neither an API key with a valid checksum nor a token
  too_large,           ///< a token over the size limit
  unknown,             ///< no API key has that id
  wrong_secret,        ///< the id is known, the secret does not match
  expired,             ///< an API key or a token
  revoked,             ///< an API key
  not_yet_valid,       ///< a token's nbf, or its iat, is in the future
  unknown_issuer,      ///< no configured issuer has that `iss` and allows that header
  wrong_algorithm,     ///< not allowed for the issuer or its key; also `none`
  forbidden_header,    ///< the token names its own key (jwk, jku, x5u, x5c) or an extension (crit)
  wrong_type,          ///< `typ` is not that of an access token
  unknown_key,         ///< the issuer publishes no key with that kid
  bad_signature,       ///< the signature does not verify with the issuer's key
  wrong_audience,      ///< the token is for another service
  wrong_claims,        ///< a claim is missing, of a wrong type or out of its bounds
  inactive,            ///< the issuer reports an opaque token as not active
  altered,             ///< the stored API key failed its integrity check: no verdict on the credential
  unavailable,         ///< the store could not be read: no verdict; the client may retry
  issuer_unreachable,  ///< the issuer's keys or answer could not be obtained: no verdict
};

/// What a refusal means for the credential.
enum class RefusalKind : std::uint8_t {
  invalid,     ///< it was never issued, or is revoked or has ended; both get the same response
  not_here,    ///< a genuine token, for another service or another time; not a guess. An API key that has ended is
               ///< invalid instead
  no_verdict,  ///< the server could not judge it
};

struct RefusalRow {
  Refusal refusal;
  const char* name;  ///< one word, for logs
  RefusalKind kind;
};

/// Indexed by Refusal.
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

/// One word for logs.
constexpr const char* to_string(Refusal refusal) { return crypto::row_at(refusals, refusal).name; }
constexpr bool is_of_its_issuer(Refusal refusal) {
  return crypto::row_at(refusals, refusal).kind == RefusalKind::not_here;
}
constexpr bool is_no_verdict(Refusal refusal) {
  return crypto::row_at(refusals, refusal).kind == RefusalKind::no_verdict;
}

}  // namespace tacit::auth
