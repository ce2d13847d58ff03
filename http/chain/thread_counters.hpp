// The counts of one io thread for metrics. On the request path the thread adds with plain stores to its own memory: no
// lock, no allocation, no cache line that another thread writes. A scrape sums up all threads' counts.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "auth/model/refusal.hpp"
#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"
#include "store/engine/counter.hpp"

namespace tacit::http {

using store::Counter;

inline constexpr std::array planes{Plane::api, Plane::tools, Plane::admin};

/// Every status that Tacit answers; the place behind them would count any other.
inline constexpr std::array<unsigned, 24> counted_statuses{200, 204, 302, 304, 400, 401, 403, 404, 405, 408, 409, 411,
                                                           412, 413, 414, 415, 417, 422, 429, 431, 500, 503, 505, 507};
/// The status's place among them.
std::size_t status_place(unsigned status);

/// Microseconds from a request's head to the last byte of its answer.
inline constexpr std::array<std::uint64_t, 16> duration_bounds{
    100,    250,     500,     1'000,   2'500,     5'000,     10'000,    25'000,
    50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

/// For a row of the routes table, or for all requests that match no row.
struct alignas(64) RouteCounters {
  std::array<Counter, counted_statuses.size() + 1> statuses;
  store::Histogram<duration_bounds> microseconds;
};

enum class Handshake : std::uint8_t {
  full,
  resumed,    ///< from a session ticket
  failed,     ///< a protocol error, or an invalid certificate
  abandoned,  ///< the client left, or the time was up
};
inline constexpr std::size_t handshake_count = 4;

/// Why the server ended a connection that its client did not end.
enum class Ended : std::uint8_t {
  age,
  requests,  ///< it has reached its limit of requests
  slow,      ///< the client took an answer too slowly
  flood,     ///< the client sent an endless run of empty TLS records
};
inline constexpr std::size_t ended_count = 4;

/// The outcome of a request for values.
enum class Release : std::uint8_t {
  released,            ///< at least one value
  nothing,             ///< no secret is bound to the tool
  not_granted,         ///< the runtime's identity may not use the tool
  other_user,          ///< the user's token belongs to another user
  not_allowed,         ///< a named secret
  too_many_arguments,  ///< more values, or more bytes of them, than one answer may carry
  changed,             ///< the secrets changed at every attempt
  integrity,           ///< stored data was altered
  overloaded,
  unavailable,
  full,
};
inline constexpr std::size_t release_count = 11;

struct alignas(64) PlaneCounters {
  Counter requests_begun;
  Counter requests_ended;
  std::array<Counter, problem_count> problems;        ///< answered
  std::array<Counter, auth::refusal_count> refusals;  ///< of credentials
  std::array<Counter, release_count> releases;
  Counter values_released;
  std::array<Counter, handshake_count> handshakes;
  Counter connections_accepted;
  Counter connections_refused;  ///< of the accepted ones: closed at once
  Counter connections_closed;
  std::array<Counter, ended_count> connections_ended;
  std::vector<RouteCounters> routes;  ///< in the order of the plane's table, then one for no route
};

class ThreadCounters {
 public:
  ThreadCounters();

  PlaneCounters& of(Plane plane) { return planes_[static_cast<std::size_t>(plane)]; }
  const PlaneCounters& of(Plane plane) const { return planes_[static_cast<std::size_t>(plane)]; }

  /// Counts a request that was answered, or whose client has left.
  void answered(const Exchange& exchange, std::chrono::steady_clock::duration time);

  Counter unaudited;  ///< refusals whose audit entry could not be written

  /// Adds what another thread has counted.
  void add(const ThreadCounters& other);

 private:
  std::array<PlaneCounters, planes.size()> planes_;
};

}  // namespace tacit::http
