// The limits on how often: requests of a tenant, and bad credentials of a client address. What exceeds one is answered
// 429 with `Retry-After` (RFC 9110 section 10.2.3), `RateLimit-Policy` and `RateLimit`
// (draft-ietf-httpapi-ratelimit-headers-10).
#pragma once

#include <chrono>
#include <optional>

#include "crypto/digest.hpp"
#include "http/exchange.hpp"
#include "http/problem.hpp"
#include "http/thread_state.hpp"

namespace tacit::http {

/// The chain's step after authentication: counts the request against its tenant's rate. Adds the fields of the rate to
/// the answer, whatever it will be.
std::optional<Problem> limit_tenant(Exchange& exchange, ThreadState& thread);

/// Before a credential with that digest (auth::credential_digest) is judged: the problem to answer instead, if the
/// client has presented too many bad ones. One that was good lately is judged all the same, so that who shares an
/// address with a guesser goes on.
std::optional<Problem> limit_guessing(Exchange& exchange, ThreadState& thread, const crypto::Digest& credential,
                                      std::chrono::steady_clock::time_point now);

/// After it was judged: it was good; or it was bad, which the client is charged for. If nothing could be found out
/// about it, neither is to be called. Of good ones `now` may be that of limit_guessing: it counts to the minute.
void note_good_credential(ThreadState& thread, const crypto::Digest& credential,
                          std::chrono::steady_clock::time_point now);
void note_bad_credential(Exchange& exchange, ThreadState& thread, const crypto::Digest& credential);

}  // namespace tacit::http
