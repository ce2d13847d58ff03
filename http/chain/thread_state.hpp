// The state that the connections of one io thread share. Only that thread uses it, except for the immutable and atomic
// parts behind `server`.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "auth/api_keys/api_key_uses.hpp"
#include "auth/authenticator.hpp"
#include "auth/limits/auth_failure_limit.hpp"
#include "auth/limits/rate_limiter.hpp"
#include "auth/limits/recent_credentials.hpp"
#include "auth/limits/tenant_rates.hpp"
#include "crypto/time/at_most_every.hpp"
#include "http/chain/access_sample.hpp"
#include "http/chain/buffer_budget.hpp"
#include "http/chain/connection_limits.hpp"
#include "http/chain/date_field.hpp"
#include "http/chain/idle_buffers.hpp"
#include "http/chain/peer_limits.hpp"
#include "http/chain/tenant_buffers.hpp"
#include "http/chain/thread_counters.hpp"
#include "http/chain/timeouts.hpp"
#include "http/client_certificates/client_trust.hpp"
#include "http/exchange/exchange.hpp"
#include "http/log/log.hpp"
#include "http/tls/handshake_log.hpp"
#include "http/tls/socket_events.hpp"
#include "http/wire/forwarded.hpp"
#include "http/wire/networks.hpp"

namespace tacit::http {

/// The networks whose balancers and proxies may name the client of a connection or a request.
struct Balancers {
  Networks proxy_protocol_from;  ///< connections from there begin with a PROXY protocol header, others with TLS
  Networks forwarded_from;       ///< for requests from there the field names the client
  ForwardedField forwarded_field = ForwardedField::x_forwarded_for;
};

/// Limits for a plane's clients, by address. Each plane has its own, so that guesses from the internet do not lock out
/// the runtimes' users.
struct CredentialLimits {
  auth::AuthFailureLimit failures;
  auth::AuthFailureLimit questions;  ///< queries to issuers about tokens
};

/// One for the whole server; all threads read it.
struct ServerState {
  const Services& services;
  Timeouts timeouts;
  bool access_log;
  ConnectionLimits api_connections;
  ConnectionLimits tool_connections;   ///< separate: connections from the internet must not shut the runtimes out
  ConnectionLimits admin_connections;  ///< without a limit: the threads make room for monitors
  Balancers balancers;
  std::atomic<bool> draining{false};  ///< answers end their connections
  auth::Rate tenant_rate;             ///< of a tenant without its own rate
  auth::RateLimiter tenant_requests;
  CredentialLimits api_credentials;
  CredentialLimits tool_credentials;
  auth::RecentCredentials good_credentials;
  auth::ApiKeyUseLog api_key_uses{};  ///< recorded by the threads
  std::uint32_t access_log_sample;    ///< one in so many successful requests is logged
  auth::RateLimiter large_tokens{1024, std::chrono::steady_clock::now()};  ///< by address: limits their log lines
  CurrentTrust client_trust{};  ///< what the tool plane judges its clients by
  HandshakeLog api_handshakes{};
  HandshakeLog tool_handshakes{};
  PeerLimits peers;
  BufferBudget buffers{};
  TenantBuffers tenant_buffers{};

  HandshakeLog& handshakes(Plane plane) { return plane == Plane::api ? api_handshakes : tool_handshakes; }

  ConnectionLimits& limits(Plane plane) {
    if (plane == Plane::admin) return admin_connections;
    return plane == Plane::api ? api_connections : tool_connections;
  }
  const LifetimeLimits& lifetime(Plane plane) const { return plane == Plane::tools ? peers.tools : peers.api; }
  CredentialLimits& credentials(Plane plane) { return plane == Plane::api ? api_credentials : tool_credentials; }
};

struct ThreadState {
  ServerState& server;
  SocketEvents& sockets;
  DateField date{};
  LogBuffer access_log{};
  auth::Authenticator authenticator;
  crypto::AtMostEvery unaudited_lines{std::chrono::seconds(1)};  ///< about refusals that were not audited
  crypto::AtMostEvery guessing_lines{std::chrono::seconds(1)};   ///< about addresses that guess
  crypto::AtMostEvery refusal_lines{std::chrono::seconds(1)};    ///< about refused connections
  auth::TenantRates tenant_rates;
  auth::ApiKeyUses api_key_uses{auth::ApiKeyUseLog::most_api_keys_of_thread};  ///< since the last sweep
  AccessSample access_sample;
  ThreadCounters counters{};
  BufferAccount buffers{server.buffers};
  IdleBuffers idle_buffers{};
  /// Input that has not come by then is not awaited. Set when the thread winds down.
  std::chrono::steady_clock::time_point last_input = std::chrono::steady_clock::time_point::max();
};

}  // namespace tacit::http
