// The counters of a request.
#include "http/chain/thread_counters.hpp"

#include <boost/test/unit_test.hpp>

#include <numeric>

#include "http/api/routes.hpp"
#include "test/unit/http/exchange/exchange_fixture.hpp"

using namespace std::chrono_literals;
using namespace tacit;
using namespace tacit::http;
using tacit::http::test::ExchangeFixture;

namespace {

std::size_t row_of(Plane plane, Method method, std::string_view path) {
  const auto routes = routes_of(plane);
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (routes[i].method == method && routes[i].path == path) return i;
  }
  throw std::logic_error("no such route");
}

/// The sum of the counters of a plane's routes.
std::uint64_t requests(const PlaneCounters& plane) {
  std::uint64_t sum = 0;
  for (const RouteCounters& row : plane.routes) {
    for (const Counter& status : row.statuses) sum += status.value();
  }
  return sum;
}

std::uint64_t releases(const ThreadCounters& counters, Release outcome) {
  return counters.of(Plane::tools).releases[static_cast<std::size_t>(outcome)].value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread_counters)

BOOST_FIXTURE_TEST_CASE(a_request_is_counted_in_its_row_and_nowhere_else, ExchangeFixture) {
  ThreadCounters counters;
  for (const Plane plane : planes) {
    std::uint64_t so_far = 0;
    for (std::size_t row = 0; row < routes_of(plane).size(); ++row) {
      exchange.plane = plane;
      exchange.route = &routes_of(plane)[row];
      exchange.response.status = 200;
      counters.answered(exchange, 3ms);
      const RouteCounters& counted = counters.of(plane).routes[row];
      BOOST_TEST(counted.statuses[status_place(200)].value() == 1U);
      BOOST_TEST(requests(counters.of(plane)) == ++so_far);
      const store::Distribution times = counted.microseconds.distribution();
      BOOST_TEST(times.sum == 3000U);
      for (std::size_t i = 0; i < times.counts.size(); ++i) {
        const bool there = i < times.bounds.size() && times.bounds[i] == 5000;
        BOOST_TEST(times.counts[i] == (there ? 1U : 0U));
      }
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_request_without_a_route_is_counted_behind_the_routes, ExchangeFixture) {
  ThreadCounters counters;
  answer(exchange, Problem::not_found);
  counters.answered(exchange, 0ms);
  BOOST_TEST(counters.of(Plane::api).routes.back().statuses[status_place(404)].value() == 1U);
  BOOST_TEST(requests(counters.of(Plane::api)) == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_route_of_another_table_is_counted_there_too, ExchangeFixture) {
  ThreadCounters counters;
  const Route other = routes_of(Plane::api).front();
  exchange.route = &other;
  counters.answered(exchange, 0ms);
  BOOST_TEST(counters.of(Plane::api).routes.back().statuses[status_place(200)].value() == 1U);
}

BOOST_FIXTURE_TEST_CASE(every_problem_is_counted_and_has_a_known_status, ExchangeFixture) {
  ThreadCounters counters;
  for (std::size_t i = 0; i < problem_count; ++i) {
    answer(exchange, static_cast<Problem>(i));
    BOOST_TEST(status_place(exchange.response.status) < counted_statuses.size(), exchange.response.status);
    counters.answered(exchange, 0ms);
    BOOST_TEST(counters.of(Plane::api).problems[i].value() == 1U);
  }
  for (const unsigned status : {200U, 204U, 302U, 304U, 408U, 412U, 422U})
    BOOST_TEST(status_place(status) < counted_statuses.size());
  for (const unsigned status : {0U, 100U, 199U, 201U, 418U, 599U, 600U, 70000U}) {
    BOOST_TEST(status_place(status) == counted_statuses.size());
  }
}

BOOST_FIXTURE_TEST_CASE(a_resolve_is_counted_by_outcome, ExchangeFixture) {
  ThreadCounters counters;
  exchange.plane = Plane::tools;
  exchange.route = &routes_of(Plane::tools)[row_of(Plane::tools, Method::post, "/tool/v1/resolve")];
  exchange.released = 3;
  counters.answered(exchange, 0ms);
  exchange.released = 0;
  counters.answered(exchange, 0ms);
  BOOST_TEST(releases(counters, Release::released) == 1U);
  BOOST_TEST(releases(counters, Release::nothing) == 1U);
  BOOST_TEST(counters.of(Plane::tools).values_released.value() == 3U);
  answer(exchange, Problem::tool_not_granted);
  counters.answered(exchange, 0ms);
  BOOST_TEST(releases(counters, Release::not_granted) == 1U);
  answer(exchange, store::Failure{.code = store::Errc::not_allowed});
  counters.answered(exchange, 0ms);
  BOOST_TEST(releases(counters, Release::not_allowed) == 1U);
  for (const auto code : {store::Errc::too_many_arguments, store::Errc::too_many_bytes}) {
    exchange.problem.reset();
    answer(exchange, store::Failure{.code = code});
    counters.answered(exchange, 0ms);
  }
  BOOST_TEST(releases(counters, Release::too_many_arguments) == 2U);
  // Several tools at once are one request.
  exchange.route = &routes_of(Plane::tools)[row_of(Plane::tools, Method::post, "/tool/v1/resolve-many")];
  exchange.response.drop();
  exchange.released = 21;
  counters.answered(exchange, 0ms);
  BOOST_TEST(releases(counters, Release::released) == 2U);
  BOOST_TEST(counters.of(Plane::tools).values_released.value() == 24U);
  exchange.released = 0;
  // Requests that did not ask for values.
  answer(exchange, Problem::body_too_large);
  counters.answered(exchange, 0ms);
  const auto& all = counters.of(Plane::tools).releases;
  const auto sum = std::accumulate(all.begin(), all.end(), std::uint64_t{0},
                                   [](std::uint64_t so_far, const Counter& next) { return so_far + next.value(); });
  BOOST_TEST(sum == 7U);
}

BOOST_FIXTURE_TEST_CASE(a_quota_refusal_is_counted_as_one, ExchangeFixture) {
  answer(exchange, store::Failure{.code = store::Errc::quota_exceeded});
  BOOST_TEST((exchange.problem == Problem::quota_exceeded));
}

BOOST_FIXTURE_TEST_CASE(threads_counts_add_up, ExchangeFixture) {
  ThreadCounters one;
  ThreadCounters other;
  answer(exchange, Problem::overloaded);
  one.answered(exchange, 1ms);
  other.answered(exchange, 20s);
  other.of(Plane::api).connections_accepted.add(5);
  other.unaudited.add();
  ThreadCounters sum;
  sum.add(one);
  sum.add(other);
  BOOST_TEST(requests(sum.of(Plane::api)) == 2U);
  BOOST_TEST(sum.of(Plane::api).problems[static_cast<std::size_t>(Problem::overloaded)].value() == 2U);
  BOOST_TEST(sum.of(Plane::api).connections_accepted.value() == 5U);
  BOOST_TEST(sum.unaudited.value() == 1U);
  const store::Distribution times = sum.of(Plane::api).routes.back().microseconds.distribution();
  BOOST_TEST(times.sum == 20'001'000U);
  BOOST_TEST(times.counts.back() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
