// What an idle connection frees, and when an old one ends.
#include "http/io/connection_rest.hpp"

#include <boost/test/unit_test.hpp>

#include "test/unit/http/io/connection_state_fixture.hpp"

namespace tacit::http {

using namespace test;
using Next = ConnectionRest::Next;

BOOST_AUTO_TEST_SUITE(connection_rest)

BOOST_AUTO_TEST_CASE(a_resting_connection_frees_its_memory_once) {
  Server server;
  ConnectionState state = server.connect_idle();
  const ConnectionLifetime lifetime({}, start, 0);
  ConnectionRest rest(state, lifetime);
  BOOST_TEST((rest.check(start + 1s, false) == Next::none));
  BOOST_TEST((rest.check(start + 2s, false) == Next::shrink));
  BOOST_TEST((rest.check(start + 3s, false) == Next::none));
  serve_request(state, start + 4s);
  BOOST_TEST((rest.check(start + 9s, false) == Next::none));  // not while it serves a request
  state.await_input(Stage::idle, start + 9s);
  BOOST_TEST((rest.check(start + 10s, false) == Next::none));
  BOOST_TEST((rest.check(start + 11s, false) == Next::shrink));
}

BOOST_AUTO_TEST_CASE(an_old_connection_ends_when_it_rests) {
  Server server;
  const ConnectionLifetime lifetime({100s, 0}, start, 0);
  ConnectionState state = server.connect_idle(false, start + 99s);
  ConnectionRest rest(state, lifetime);
  BOOST_TEST(!rest.could_end(start + 100s));  // it has not been idle for long
  BOOST_TEST((rest.check(start + 100s, false) == Next::none));
  BOOST_TEST(rest.could_end(start + 101s));
  BOOST_TEST((rest.check(start + 101s, true) == Next::shrink));  // a request has arrived
  BOOST_TEST((rest.check(start + 102s, true) == Next::none));
  BOOST_TEST((rest.check(start + 103s, false) == Next::end));
  BOOST_TEST(state.over());
}

BOOST_AUTO_TEST_CASE(an_old_connection_serves_the_request_that_has_begun) {
  Server server;
  const ConnectionLifetime lifetime({100s, 0}, start, 0);
  ConnectionState state = server.connect_idle();
  ConnectionRest rest(state, lifetime);
  state.await_input(Stage::head, start + 1s);
  BOOST_TEST(!rest.could_end(start + 500s));
  BOOST_TEST((rest.check(start + 500s, false) == Next::none));
  BOOST_TEST(!state.over());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tacit::http
