// Rate limits for a tenant's requests, and for a client address's bad credentials and issuer queries. A request beyond
// one is answered 429 with `Retry-After` (RFC 9110 section 10.2.3), `RateLimit-Policy` and `RateLimit`
// (draft-ietf-httpapi-ratelimit-headers-10).
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>

#include "auth/credential.hpp"
#include "auth/model/refusal.hpp"
#include "crypto/primitives/digest.hpp"
#include "http/chain/thread_state.hpp"
#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"

namespace tacit::http {

/// The longest time that a tenant waits for the cost of its lists, unless its burst takes longer to come back. Larger
/// debts are cut to this: lists begun at the same moment would otherwise lock out a tenant with a low rate for hours,
/// and spread over that time even the largest lists are little work.
inline constexpr std::chrono::minutes longest_debt{5};

/// The chain's step after authentication: counts the request against its tenant's rate. Adds the rate's fields to the
/// answer, whatever its status. If the tenant's limits have to be waited for, it only notes that in the exchange: then
/// await the other one.
std::optional<Problem> limit_tenant(Exchange& exchange, ThreadState& thread);
boost::asio::awaitable<std::optional<Problem>> limit_tenant_later(Exchange& exchange, ThreadState& thread);

/// At the end of a request, however it ended: charges the tenant for the rows that were read for it, one request for
/// each hundred. A debt makes the tenant wait before its next request.
void charge_rows(const Exchange& exchange, ThreadState& thread);

/// The time until the client may present unknown credentials again, if it has presented too many bad ones; otherwise
/// zero. Also zero for a credential that was valid recently, so that clients that share an address with a guesser are
/// not blocked. `credential`: its auth::credential_digest.
std::chrono::nanoseconds guessing_wait(const Exchange& exchange, const ThreadState& thread,
                                       const crypto::Digest& credential, std::chrono::steady_clock::time_point now);

/// A credential that came with a request.
struct Presented {
  auth::Credential credential;
  crypto::Digest digest;          ///< auth::credential_digest
  std::chrono::nanoseconds wait;  ///< guessing_wait
};

/// Before the credential is judged. It is judged even if the client has to wait, because another client of the address
/// may have sent a valid one; but guesses at one API key are limited. Returns the problem to answer in that case.
std::optional<Problem> limit_guessing(Exchange& exchange, ThreadState& thread, const Presented& presented,
                                      std::chrono::steady_clock::time_point now);

/// Before an issuer is asked about a credential: counts the query against the client, unless the credential was valid
/// recently. Returns the problem to answer after too many queries: an issuer's capacity is shared by all clients.
std::optional<Problem> limit_asking(Exchange& exchange, ThreadState& thread, const Presented& presented,
                                    std::chrono::steady_clock::time_point now);

/// After the credential was judged bad: counts that against the client, or, for a token that its issuer really issued,
/// against that token alone. Returns the problem to answer instead of the refusal after too many. Not to be called
/// without a verdict.
std::optional<Problem> limit_refusals(Exchange& exchange, ThreadState& thread, const Presented& presented,
                                      auth::Refusal refusal, std::chrono::steady_clock::time_point now);

/// Logs that a token was refused for its size, at most once a second for each client address.
void log_large_token(const Exchange& exchange, ThreadState& thread, std::size_t size,
                     std::chrono::steady_clock::time_point now);

}  // namespace tacit::http
