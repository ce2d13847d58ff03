#include "http/chain/thread_counters.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>

#include "http/api/handlers.hpp"
#include "http/api/routes.hpp"
#include "http/exchange/reason_phrase.hpp"

namespace tacit::http {
namespace {

static_assert(std::ranges::all_of(counted_statuses, has_reason_phrase));

constexpr unsigned least_status = 200;
constexpr unsigned most_status = 599;

constexpr auto places = [] {
  std::array<std::uint8_t, most_status - least_status + 1> result{};
  result.fill(static_cast<std::uint8_t>(counted_statuses.size()));
  for (std::size_t i = 0; i < counted_statuses.size(); ++i) {
    result[counted_statuses[i] - least_status] = static_cast<std::uint8_t>(i);
  }
  return result;
}();

struct ReleaseOfProblem {
  Problem problem;
  Release release;
};

/// The outcomes of a resolve that is not answered with values. The other problems refuse a request before its body is
/// understood.
constexpr std::array<ReleaseOfProblem, 11> releases_of_problems{{
    {Problem::tool_not_granted, Release::not_granted},
    {Problem::certificate_refused, Release::not_granted},
    {Problem::other_user, Release::other_user},
    {Problem::secret_not_allowed, Release::not_allowed},
    {Problem::changed_meanwhile, Release::changed},
    {Problem::integrity, Release::integrity},
    {Problem::overloaded, Release::overloaded},
    {Problem::memory_short, Release::overloaded},
    {Problem::store_unavailable, Release::unavailable},
    {Problem::change_too_large, Release::unavailable},
    {Problem::store_full, Release::full},
}};

/// nullopt for a request that was refused before its body was understood.
std::optional<Release> release_of(const Exchange& exchange) {
  if (exchange.response.status == 200) return exchange.released > 0 ? Release::released : Release::nothing;
  if (!exchange.problem) {  // faults: of the body, or of the answer that it asks for
    const bool too_many = exchange.note == store::to_string(store::Errc::too_many_arguments) ||
                          exchange.note == store::to_string(store::Errc::too_many_bytes);
    return too_many ? std::optional(Release::too_many_arguments) : std::nullopt;
  }
  const auto found = std::ranges::find(releases_of_problems, *exchange.problem, &ReleaseOfProblem::problem);
  return found != releases_of_problems.end() ? std::optional(found->release) : std::nullopt;
}

/// The route's place in its plane's table; behind the last one for any other.
std::size_t row_of(const Route* route, std::span<const Route> table) {
  const std::less<> before;
  const bool outside = route == nullptr || before(route, table.data()) || !before(route, table.data() + table.size());
  return outside ? table.size() : static_cast<std::size_t>(route - table.data());
}

bool asks_for_values(const Route* route) {
  return route != nullptr && (route->handler == resolve_tool || route->handler == resolve_tools);
}

template <std::size_t Size>
void add_all(std::array<Counter, Size>& to, const std::array<Counter, Size>& from) {
  for (std::size_t i = 0; i < Size; ++i) to[i].add(from[i].value());
}

void add_plane(PlaneCounters& to, const PlaneCounters& from) {
  // Ended before begun: a request that begins and ends meanwhile must not make more ended than begun.
  to.requests_ended.add(from.requests_ended.value());
  to.connections_closed.add(from.connections_closed.value());
  to.requests_begun.add(from.requests_begun.value());
  to.connections_accepted.add(from.connections_accepted.value());
  to.connections_refused.add(from.connections_refused.value());
  add_all(to.problems, from.problems);
  add_all(to.refusals, from.refusals);
  add_all(to.releases, from.releases);
  add_all(to.handshakes, from.handshakes);
  add_all(to.connections_ended, from.connections_ended);
  to.values_released.add(from.values_released.value());
  for (std::size_t i = 0; i < to.routes.size(); ++i) {
    add_all(to.routes[i].statuses, from.routes[i].statuses);
    to.routes[i].microseconds.add(from.routes[i].microseconds);
  }
}

}  // namespace

std::size_t status_place(unsigned status) {
  if (status < least_status || status > most_status) return counted_statuses.size();
  return places[status - least_status];
}

ThreadCounters::ThreadCounters() {
  for (const Plane plane : planes) of(plane).routes = std::vector<RouteCounters>(routes_of(plane).size() + 1);
}

void ThreadCounters::answered(const Exchange& exchange, std::chrono::steady_clock::duration time) {
  PlaneCounters& plane = of(exchange.plane);
  const Route* const route = exchange.route;
  RouteCounters& counters = plane.routes[row_of(route, routes_of(exchange.plane))];
  counters.statuses[status_place(exchange.response.status)].add();
  counters.microseconds.add(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count()));
  // A 503 of the readiness probe informs balancers; it refuses no request.
  const bool probe = route != nullptr && route->handler == get_readiness;
  if (exchange.problem && !probe) plane.problems[static_cast<std::size_t>(*exchange.problem)].add();
  if (!asks_for_values(route)) return;
  if (const auto release = release_of(exchange)) plane.releases[static_cast<std::size_t>(*release)].add();
  plane.values_released.add(exchange.released);
}

void ThreadCounters::add(const ThreadCounters& other) {
  unaudited.add(other.unaudited.value());
  for (const Plane plane : planes) add_plane(of(plane), other.of(plane));
}

}  // namespace tacit::http
