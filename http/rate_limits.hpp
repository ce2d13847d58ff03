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

/// How long until a credential with that digest (auth::credential_digest) may be judged, if the client has presented
/// too many bad ones; else zero. One that was good lately may be at once, so that who shares an address with a guesser
/// goes on.
std::chrono::nanoseconds guessing_wait(const Exchange& exchange, const ThreadState& thread,
                                       const crypto::Digest& credential, std::chrono::steady_clock::time_point now);
/// The problem to answer until then, with its header lines.
Problem refuse_guessing(Exchange& exchange, ThreadState& thread, std::chrono::nanoseconds wait);

/// Before an issuer is asked about a credential: counts it against the client, unless it was good lately. The problem
/// to answer instead, if there have been too many: issuers answer only so many questions, and everybody shares them.
std::optional<Problem> limit_asking(Exchange& exchange, ThreadState& thread, const crypto::Digest& credential,
                                    std::chrono::steady_clock::time_point now);

/// After it was judged: it was good; or it was bad, which the client is charged for. If nothing could be found out
/// about it, neither is to be called. Of good ones `now` counts to the minute.
void note_good_credential(ThreadState& thread, const crypto::Digest& credential,
                          std::chrono::steady_clock::time_point now);
void note_bad_credential(Exchange& exchange, ThreadState& thread, const crypto::Digest& credential);

}  // namespace tacit::http
