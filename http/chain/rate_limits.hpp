// The limits on how often: requests of a tenant, and bad credentials of a client address. What exceeds one is answered
// 429 with `Retry-After` (RFC 9110 section 10.2.3), `RateLimit-Policy` and `RateLimit`
// (draft-ietf-httpapi-ratelimit-headers-10).
#pragma once

#include <chrono>
#include <optional>

#include "auth/credential.hpp"
#include "auth/model/refusal.hpp"
#include "crypto/digest.hpp"
#include "http/chain/thread_state.hpp"
#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"

namespace tacit::http {

/// For how long a tenant waits at most for what its lists have cost, unless its burst takes longer to come back. Longer
/// debts are let off: lists that were begun at the same moment would else lock out a tenant of a low rate for hours,
/// and in so long a time even the largest ones are little work.
inline constexpr std::chrono::minutes longest_debt{5};

/// The chain's step after authentication: counts the request against its tenant's rate. Adds the fields of the rate to
/// the answer, whatever it will be.
std::optional<Problem> limit_tenant(Exchange& exchange, ThreadState& thread);

/// After it was answered, or has failed or been left by its client: charges the tenant for the rows that were read for
/// it, one request for each hundred. What is owed makes it wait before its next request.
void charge_rows(const Exchange& exchange, ThreadState& thread);

/// How long until the client may guess again, if it has presented too many bad credentials; else zero. Zero for one
/// that was good lately too, so that who shares an address with a guesser goes on. `credential`: its
/// auth::credential_digest.
std::chrono::nanoseconds guessing_wait(const Exchange& exchange, const ThreadState& thread,
                                       const crypto::Digest& credential, std::chrono::steady_clock::time_point now);

/// A credential that came with a request.
struct Presented {
  auth::Credential credential;
  crypto::Digest digest;          ///< auth::credential_digest
  std::chrono::nanoseconds wait;  ///< guessing_wait
};

/// Before it is judged. Where the client has to wait it is judged all the same, for it may be a neighbour's that is
/// good; but one API key can be guessed only so often. The problem to answer instead then.
std::optional<Problem> limit_guessing(Exchange& exchange, ThreadState& thread, const Presented& presented,
                                      std::chrono::steady_clock::time_point now);

/// Before an issuer is asked about a credential: counts it against the client, unless it was good lately. The problem
/// to answer instead, if there have been too many: issuers answer only so many questions, and everybody shares them.
std::optional<Problem> limit_asking(Exchange& exchange, ThreadState& thread, const Presented& presented,
                                    std::chrono::steady_clock::time_point now);

/// After it was judged: it was good. `now` counts to the minute.
void note_good_credential(ThreadState& thread, const crypto::Digest& credential,
                          std::chrono::steady_clock::time_point now);

/// After it was judged: it was bad, which somebody is charged for: the client, or of a token that its issuer did give
/// out, that token alone. The problem to answer instead of a refusal, if there have been too many. Not for what is no
/// verdict.
std::optional<Problem> limit_refusals(Exchange& exchange, ThreadState& thread, const Presented& presented,
                                      auth::Refusal refusal, std::chrono::steady_clock::time_point now);

/// Logs that a token was refused for its size, at most once a second for each client address.
void log_large_token(const Exchange& exchange, ThreadState& thread, std::size_t size,
                     std::chrono::steady_clock::time_point now);

}  // namespace tacit::http
