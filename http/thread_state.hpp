// What the connections of one io thread share. Touched by that thread alone, but for the immutable and atomic parts
// behind `server`.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "auth/api_key_uses.hpp"
#include "auth/auth_failure_limit.hpp"
#include "auth/authenticator.hpp"
#include "auth/rate_limiter.hpp"
#include "auth/recent_credentials.hpp"
#include "auth/tenant_rates.hpp"
#include "http/access_sample.hpp"
#include "http/connection_limits.hpp"
#include "http/exchange.hpp"
#include "http/log.hpp"
#include "http/thread_counters.hpp"

namespace tacit::http {

struct Timeouts {
  std::chrono::seconds handshake{10};
  std::chrono::seconds header{10};
  std::chrono::seconds body{30};
  std::chrono::seconds write{30};
  std::chrono::seconds idle{75};
};

/// One for the whole server; every thread reads it.
struct ServerState {
  const Services& services;
  Timeouts timeouts;
  bool access_log = true;
  ConnectionLimits api_connections;
  ConnectionLimits tool_connections;  ///< of its own: what the internet opens must not shut the runtimes out
  std::atomic<bool> draining{false};  ///< answers end their connections
  auth::Rate tenant_rate;             ///< of a tenant that has none of its own
  auth::RateLimiter tenant_requests;
  auth::AuthFailureLimit auth_failures;
  auth::RecentCredentials good_credentials;
  auth::ApiKeyUseLog api_key_uses{};    ///< what the threads have noted
  std::uint32_t access_log_sample = 1;  ///< one of so many requests that go well has a line

  ConnectionLimits& limits(Plane plane) { return plane == Plane::api ? api_connections : tool_connections; }
};

/// The `Date` field's value (RFC 9110 section 6.6.1), made anew once a second rather than for each answer.
class DateField {
 public:
  DateField() { refresh(); }
  void refresh();
  std::string_view text() const { return text_; }

 private:
  std::string text_;
};

struct ThreadState {
  ServerState& server;
  DateField date;
  LogBuffer access_log;
  auth::Authenticator authenticator;
  std::chrono::steady_clock::time_point unaudited_logged;  ///< when it was last logged that a refusal was not audited
  std::chrono::steady_clock::time_point guessing_logged;   ///< when it was last logged that an address guesses
  auth::TenantRates tenant_rates;
  auth::ApiKeyUses api_key_uses{auth::ApiKeyUseLog::most_keys_of_thread};  ///< since the last sweep
  AccessSample access_sample;
  ThreadCounters counters{};
};

}  // namespace tacit::http
