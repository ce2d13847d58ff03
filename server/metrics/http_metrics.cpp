// What the io threads have counted.
#include <array>
#include <utility>

#include "http/api/routes.hpp"
#include "server/metrics/metrics.hpp"

namespace tacit::server {
namespace {

using http::Plane;
using http::PlaneCounters;
using http::Problem;

/// The labels of a row of a plane's table; of the one behind the last, dashes.
struct RouteName {
  std::string_view plane;
  std::string_view method = "-";
  std::string_view path = "-";
};
RouteName route_name(Plane plane, std::size_t row) {
  const auto routes = http::routes_of(plane);
  if (row >= routes.size()) return {name_of(plane)};
  return {name_of(plane), name_of(routes[row].method), routes[row].path};
}

/// Those that an alert watches are there from the start, so that the first one of them is seen as a change.
bool always_shown(unsigned status) { return status == 200 || status == 500 || status == 503 || status == 507; }

void add_requests(MetricFamily& requests, Plane plane, const PlaneCounters& counters) {
  for (std::size_t row = 0; row < counters.routes.size(); ++row) {
    const RouteName name = route_name(plane, row);
    const auto& counts = counters.routes[row].statuses;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const bool known = i < http::counted_statuses.size();
      const std::uint64_t count = counts[i].value();
      if (count == 0 && !(known && always_shown(http::counted_statuses[i]))) continue;
      const std::string status = known ? std::to_string(http::counted_statuses[i]) : "other";
      requests.add(count, {{"plane", name.plane}, {"method", name.method}, {"route", name.path}, {"status", status}});
    }
  }
}

void add_durations(MetricFamily& durations, Plane plane, const PlaneCounters& counters) {
  for (std::size_t row = 0; row < counters.routes.size(); ++row) {
    const RouteName name = route_name(plane, row);
    durations.add(counters.routes[row].microseconds.distribution(), 1e6,
                  {{"plane", name.plane}, {"method", name.method}, {"route", name.path}});
  }
}

/// What grew later can be larger than what it has to be less than.
std::uint64_t difference(const http::Counter& more, const http::Counter& less) {
  return more.value() > less.value() ? more.value() - less.value() : 0;
}

std::uint64_t count_of(const PlaneCounters& counters, Problem problem) {
  return counters.problems[static_cast<std::size_t>(problem)].value();
}

std::uint64_t count_of(const http::ThreadCounters& counters, Problem problem) {
  std::uint64_t count = 0;
  for (const Plane plane : http::planes) count += count_of(counters.of(plane), problem);
  return count;
}

void add_request_metrics(MetricFamilies& families, const http::ThreadCounters& counters) {
  auto requests =
      families.counter("tacit_http_requests_total", "Requests answered. 408: the client left, or was slow.");
  auto durations =
      families.histogram("tacit_http_request_duration_seconds", "From a request's head to its answer's end.");
  auto in_flight = families.gauge("tacit_http_requests_in_flight", "Requests being served.");
  for (const Plane plane : http::planes) {
    const PlaneCounters& of_plane = counters.of(plane);
    add_requests(requests, plane, of_plane);
    add_durations(durations, plane, of_plane);
    in_flight.add(difference(of_plane.requests_begun, of_plane.requests_ended), {{"plane", name_of(plane)}});
  }
}

void add_connection_metrics(MetricFamilies& families, const http::ThreadCounters& counters) {
  constexpr std::array<const char*, http::handshake_count> results{"full", "resumed", "failed", "abandoned"};
  auto accepted = families.counter("tacit_connections_accepted_total", "Connections that came.");
  auto refused =
      families.counter("tacit_connections_refused_total",
                       "Of them, those closed at once: beyond the limits, or without the PROXY header that was due.");
  auto open = families.gauge("tacit_connections_open", "Connections there are.");
  constexpr std::array<const char*, http::ended_count> reasons{"age", "requests", "slow", "flood"};
  auto ended = families.counter("tacit_connections_ended_total",
                                "Connections that the server ended: they were as old as they may get, had made as many "
                                "requests, took an answer too slowly, or flooded it with empty TLS records.");
  auto handshakes = families.counter("tacit_tls_handshakes_total", "TLS handshakes by what became of them.");
  for (const Plane plane : http::planes) {
    const PlaneCounters& of_plane = counters.of(plane);
    const std::string_view name = name_of(plane);
    accepted.add(of_plane.connections_accepted.value(), {{"plane", name}});
    refused.add(of_plane.connections_refused.value(), {{"plane", name}});
    open.add(difference(of_plane.connections_accepted, of_plane.connections_closed), {{"plane", name}});
    for (std::size_t i = 0; plane != Plane::admin && i < results.size(); ++i) {
      handshakes.add(of_plane.handshakes[i].value(), {{"plane", name}, {"result", results[i]}});
    }
    for (std::size_t i = 0; i < reasons.size(); ++i) {
      ended.add(of_plane.connections_ended[i].value(), {{"plane", name}, {"reason", reasons[i]}});
    }
  }
}

void add_refusal_metrics(MetricFamilies& families, const http::ThreadCounters& counters) {
  auto failures = families.counter("tacit_auth_failures_total", "Requests whose credential was not good, by why.");
  for (const Plane plane : http::planes) {
    if (plane == Plane::admin) continue;
    const PlaneCounters& of_plane = counters.of(plane);
    const std::string_view name = name_of(plane);
    const auto missing =
        count_of(of_plane, Problem::credential_missing) + count_of(of_plane, Problem::user_token_missing);
    failures.add(missing, {{"plane", name}, {"reason", "missing"}});
    for (std::size_t i = 0; i < of_plane.refusals.size(); ++i) {
      const char* const reason = auth::to_string(static_cast<auth::Refusal>(i));
      failures.add(of_plane.refusals[i].value(), {{"plane", name}, {"reason", reason}});
    }
  }
  families.counter("tacit_throttled_requests_total", "Requests answered 429, by the policy that they were beyond.")
      .add(count_of(counters, Problem::tenant_throttled), {{"policy", "tenant"}})
      .add(count_of(counters, Problem::guessing_throttled), {{"policy", "failed-auth"}})
      .add(count_of(counters, Problem::asking_throttled), {{"policy", "issuer-questions"}});
  families.counter("tacit_quota_refusals_total", "Changes refused because they would exceed a tenant's quota.")
      .add(count_of(counters, Problem::quota_exceeded) + count_of(counters, Problem::too_many_secrets));
  families.counter("tacit_unavailable_total", "Requests answered 503 or 507, by why.")
      .add(count_of(counters, Problem::overloaded), {{"reason", "overloaded"}})
      .add(count_of(counters, Problem::memory_short), {{"reason", "memory"}})
      .add(count_of(counters, Problem::draining), {{"reason", "draining"}})
      .add(count_of(counters, Problem::store_unavailable), {{"reason", "store"}})
      .add(count_of(counters, Problem::issuer_unreachable), {{"reason", "issuer"}})
      .add(count_of(counters, Problem::store_full), {{"reason", "full"}});
}

void add_failure_metrics(MetricFamilies& families, const http::ThreadCounters& counters) {
  families.counter("tacit_integrity_failures_total", "Requests for what was found altered in the store.")
      .add(count_of(counters, Problem::integrity));
  families.counter("tacit_panics_total", "Requests that ended in an error within the program.")
      .add(count_of(counters, Problem::internal));
  families.counter("tacit_unaudited_refusals_total", "Refusals whose audit entry could not be written.")
      .add(counters.unaudited.value());
}

void add_release_metrics(MetricFamilies& families, const PlaneCounters& tools) {
  constexpr std::array<const char*, http::release_count> outcomes{
      "released", "nothing",   "not_granted", "other_user",  "not_allowed", "too_many_arguments",
      "changed",  "integrity", "overloaded",  "unavailable", "full"};
  auto releases = families.counter("tacit_releases_total", "Tools' requests for values, by what became of them.");
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    releases.add(tools.releases[i].value(), {{"outcome", outcomes[i]}});
  }
  families.counter("tacit_values_released_total", "Values that were released.").add(tools.values_released.value());
}

}  // namespace

void add_http_metrics(MetricFamilies& families, const http::Server& server) {
  http::ThreadCounters counters;
  server.add_counters(counters);
  add_request_metrics(families, counters);
  add_connection_metrics(families, counters);
  add_refusal_metrics(families, counters);
  add_failure_metrics(families, counters);
  add_release_metrics(families, counters.of(Plane::tools));
  families.gauge("tacit_buffered_bytes", "Memory that requests and answers hold in buffers, roughly.")
      .add(std::uint64_t{server.buffers().used()});
  families.gauge("tacit_buffered_bytes_limit", "What they may hold: buffer-memory. Beyond, requests are answered 503.")
      .add(std::uint64_t{server.buffers().limit()});
  auto expiry = families.gauge("tacit_certificate_expiry_timestamp_seconds",
                               "When the certificate that a plane presents is no longer valid, since 1970.");
  for (const Plane plane : http::planes) {
    const auto when = server.certificate_expiry(plane);
    if (when) expiry.add(static_cast<double>(*when), {{"plane", name_of(plane)}});
  }
}

}  // namespace tacit::server
