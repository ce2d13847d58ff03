// The metric families of the io threads' counters.
#include <array>
#include <utility>

#include "http/api/routes.hpp"
#include "server/metrics/metrics.hpp"

namespace tacit::server {
namespace {

using http::Plane;
using http::PlaneCounters;
using http::Problem;

/// The labels of a row of a plane's routes table; dashes for the row after the last.
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

/// Statuses used by alerts are present from the start, so that the first occurrence is a change.
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

/// Counters are read one after the other, so `less` may exceed `more`.
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
      families.counter("tacit_http_requests_total", "Requests answered. 408: the client disconnected or was slow.");
  auto durations =
      families.histogram("tacit_http_request_duration_seconds", "Time from a request's head to the end of its answer.");
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
  auto accepted = families.counter("tacit_connections_accepted_total", "Connections accepted.");
  auto refused =
      families.counter("tacit_connections_refused_total",
                       "Accepted connections closed at once: above the limits, or without a required PROXY header.");
  auto open = families.gauge("tacit_connections_open", "Open connections.");
  constexpr std::array<const char*, http::ended_count> reasons{"age", "requests", "slow", "flood"};
  auto ended = families.counter("tacit_connections_ended_total",
                                "Connections ended by the server: maximum age, maximum number of requests, answer read "
                                "too slowly, or a flood of empty TLS records.");
  auto handshakes = families.counter("tacit_tls_handshakes_total", "TLS handshakes by result.");
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
  auto failures = families.counter("tacit_auth_failures_total", "Requests without a valid credential, by reason.");
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
  families.counter("tacit_throttled_requests_total", "Requests answered 429, by the exceeded policy.")
      .add(count_of(counters, Problem::tenant_throttled), {{"policy", "tenant"}})
      .add(count_of(counters, Problem::guessing_throttled), {{"policy", "failed-auth"}})
      .add(count_of(counters, Problem::asking_throttled), {{"policy", "issuer-questions"}});
  families.counter("tacit_quota_refusals_total", "Writes refused because they would exceed a tenant's quota.")
      .add(count_of(counters, Problem::quota_exceeded) + count_of(counters, Problem::too_many_secrets));
  families
      .counter("tacit_first_writes_refused_total",
               "Requests of new tenants answered 503 because no key pair was ready for them.")
      .add(count_of(counters, Problem::no_prekeys));
  families.counter("tacit_unavailable_total", "Requests answered 503 or 507, by reason.")
      .add(count_of(counters, Problem::overloaded), {{"reason", "overloaded"}})
      .add(count_of(counters, Problem::memory_short), {{"reason", "memory"}})
      .add(count_of(counters, Problem::draining), {{"reason", "draining"}})
      .add(count_of(counters, Problem::store_unavailable), {{"reason", "store"}})
      .add(count_of(counters, Problem::issuer_unreachable), {{"reason", "issuer"}})
      .add(count_of(counters, Problem::no_prekeys), {{"reason", "prekeys"}})
      .add(count_of(counters, Problem::store_full), {{"reason", "full"}});
}

void add_failure_metrics(MetricFamilies& families, const http::ThreadCounters& counters) {
  families.counter("tacit_integrity_failures_total", "Requests for data that was found altered in the store.")
      .add(count_of(counters, Problem::integrity));
  families.counter("tacit_panics_total", "Requests that ended in an internal error.")
      .add(count_of(counters, Problem::internal));
  families.counter("tacit_unaudited_refusals_total", "Refusals whose audit entry could not be written.")
      .add(counters.unaudited.value());
}

void add_release_metrics(MetricFamilies& families, const PlaneCounters& tools) {
  constexpr std::array<const char*, http::release_count> outcomes{
      "released", "nothing",   "not_granted", "other_user",  "not_allowed", "too_many_arguments",
      "changed",  "integrity", "overloaded",  "unavailable", "full"};
  auto releases = families.counter("tacit_releases_total", "Tools' requests for values, by outcome.");
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    releases.add(tools.releases[i].value(), {{"outcome", outcomes[i]}});
  }
  families.counter("tacit_values_released_total", "Values released.").add(tools.values_released.value());
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
  families.gauge("tacit_buffered_bytes", "Approximate memory of requests and answers in buffers.")
      .add(std::uint64_t{server.buffers().used()});
  families.gauge("tacit_buffered_bytes_limit", "Limit of that memory: buffer-memory. Beyond it, requests get 503.")
      .add(std::uint64_t{server.buffers().limit()});
  auto expiry = families.gauge("tacit_certificate_expiry_timestamp_seconds",
                               "Expiry of the certificate that a plane presents, in seconds since 1970.");
  for (const Plane plane : http::planes) {
    const auto when = server.certificate_expiry(plane);
    if (when) expiry.add(static_cast<double>(*when), {{"plane", name_of(plane)}});
  }
}

}  // namespace tacit::server
