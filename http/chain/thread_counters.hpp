// What one io thread counts for metrics. The thread adds, on the request path, with plain moves in memory of its own:
// no lock, no allocation, no line that another thread writes. A scrape sums up all threads' counts.
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

/// Every status that is answered; the place behind them counts any other, of which there is none.
inline constexpr std::array<unsigned, 21> counted_statuses{200, 400, 401, 403, 404, 405, 408, 409, 411, 412, 413,
                                                           414, 415, 417, 422, 429, 431, 500, 503, 505, 507};
/// The status's place among them.
std::size_t status_place(unsigned status);

/// Microseconds from a request's head to the last byte of its answer.
inline constexpr std::array<std::uint64_t, 16> duration_bounds{
    100,    250,     500,     1'000,   2'500,     5'000,     10'000,    25'000,
    50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

/// A row of the routes table, or all that matched none.
struct alignas(64) RouteCounters {
  std::array<Counter, counted_statuses.size() + 1> statuses;
  store::Histogram<duration_bounds> microseconds;
};

enum class Handshake : std::uint8_t {
  full,
  resumed,    ///< from a session ticket
  failed,     ///< a protocol error, or a certificate that is no good
  abandoned,  ///< the client left, or the time was up
};
inline constexpr std::size_t handshake_count = 4;

/// Why the server ended a connection that its client would have kept.
enum class Ended : std::uint8_t {
  age,
  requests,  ///< it has made as many as it may
  slow,      ///< the client took an answer too slowly
  flood,     ///< the client sent TLS records without end that say nothing
};
inline constexpr std::size_t ended_count = 4;

/// What became of a request for values.
enum class Release : std::uint8_t {
  released,            ///< at least one value
  nothing,             ///< none is bound to that tool
  not_granted,         ///< the runtime's identity may not use the tool
  other_user,          ///< the user's token is another's
  not_allowed,         ///< a secret that was named
  too_many_arguments,  ///< more defaults than one answer may carry
  changed,             ///< each time that it was tried
  integrity,           ///< what is stored was altered
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

  /// The request was answered, or its client is gone.
  void answered(const Exchange& exchange, std::chrono::steady_clock::duration time);

  Counter unaudited;  ///< refusals whose audit entry could not be written

  /// Adds what another thread has counted.
  void add(const ThreadCounters& other);

 private:
  std::array<PlaneCounters, planes.size()> planes_;
};

}  // namespace tacit::http
