#include "http/io/connection_state.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <ostream>

namespace tacit::http {
namespace {

using namespace std::chrono_literals;
using Clock = ConnectionState::Clock;
using Rest = ConnectionState::Rest;
using Lapse = ConnectionState::Lapse;
using Last = ConnectionState::Last;

const Clock::time_point start{1000h};
constexpr auto never = Clock::time_point::max();

/// A server's settings, which a test changes while its connection lives.
struct Server {
  Timeouts timeouts;
  PeerLimits peers;
  std::atomic<bool> draining{false};
  Clock::time_point last_input = never;

  ConnectionState connect(const LifetimeLimits& limits = {}, bool of_monitor = false) {
    return ConnectionState({.timeouts = timeouts,
                            .peers = peers,
                            .draining = draining,
                            .last_input = last_input,
                            .of_monitor = of_monitor},
                           ConnectionLifetime(limits, start, 0), start);
  }
  /// A connection that has shaken hands and waits for a request since `now`.
  ConnectionState connect_idle(const LifetimeLimits& limits = {}, bool of_monitor = false,
                               Clock::time_point now = start) {
    ConnectionState state = connect(limits, of_monitor);
    state.await_proxy_header(now);
    state.handshake();
    state.await_request(now);
    return state;
  }
  void wind_down(Clock::time_point now) {
    draining = true;
    last_input = now + wind_down_patience;
  }
};

void serve_request(ConnectionState& state, Clock::time_point now) {
  state.request_began(now);
  state.serve();
  state.write();
  state.serve();
}

}  // namespace

std::ostream& operator<<(std::ostream& out, Stage stage) { return out << static_cast<int>(stage); }

BOOST_AUTO_TEST_SUITE(connection_state)

BOOST_AUTO_TEST_CASE(a_request_takes_it_through_its_stages) {
  Server server;
  ConnectionState state = server.connect();
  BOOST_TEST(state.stage() == Stage::proxy_header);
  BOOST_TEST((state.deadline().when() == never));
  state.await_proxy_header(start + 1s);
  BOOST_TEST((state.deadline().when() == start + 1s + server.timeouts.handshake));
  state.handshake();
  BOOST_TEST(state.stage() == Stage::handshake);
  BOOST_TEST((state.deadline().when() == start + 1s + server.timeouts.handshake));  // one for both
  BOOST_TEST((state.waiting_since() == start));
  state.await_request(start + 2s);
  BOOST_TEST(state.idle());
  BOOST_TEST((state.deadline().when() == start + 2s + server.timeouts.idle));
  BOOST_TEST((state.waiting_since() == start + 2s));
  state.request_began(start + 5s);
  BOOST_TEST(state.stage() == Stage::head);
  BOOST_TEST((state.deadline().when() == start + 5s + server.timeouts.header));
  BOOST_TEST((state.waiting_since() == start + 5s));
  state.serve();
  BOOST_TEST(state.stage() == Stage::serving);
  BOOST_TEST((state.deadline().when() == never));
  state.await_body(start + 6s);
  BOOST_TEST(state.stage() == Stage::body);
  BOOST_TEST((state.deadline().when() == start + 6s + server.timeouts.body));
  state.serve();
  BOOST_TEST((state.deadline().when() == never));
  state.write();
  BOOST_TEST(state.stage() == Stage::writing);
  BOOST_TEST((state.deadline().when() == never));
  state.serve();
  state.await_request(start + 7s);
  BOOST_TEST((state.deadline().when() == start + 7s + server.timeouts.idle));
  state.close(start + 8s);
  BOOST_TEST(state.stage() == Stage::closing);
  BOOST_TEST((state.deadline().when() == start + 8s + close_time));
  state.end();
  BOOST_TEST(state.over());
}

BOOST_AUTO_TEST_CASE(every_stage_can_end_and_nothing_follows_the_end) {
  for (std::size_t from = 0; from < stage_count; ++from) {
    BOOST_TEST(may_follow(static_cast<Stage>(from), Stage::over));
    BOOST_TEST(may_follow(Stage::over, static_cast<Stage>(from)) == (static_cast<Stage>(from) == Stage::over));
  }
  BOOST_TEST(!may_follow(Stage::closing, Stage::idle));
  BOOST_TEST(!may_follow(Stage::idle, Stage::serving));  // without a head
  BOOST_TEST(!may_follow(Stage::handshake, Stage::head));
  BOOST_TEST(!may_follow(Stage::idle, Stage::body));

  Server server;
  ConnectionState state = server.connect_idle();
  state.request_began(start + 1s);
  state.serve();
  state.end();
  const auto deadline = state.deadline().when();
  // What a handler still does after the connection was ended.
  state.await_body(start + 2s);
  state.write();
  state.output_stalled(10, start + 2s);
  state.serve();
  state.await_request(start + 3s);
  state.close(start + 3s);
  BOOST_TEST(state.over());
  BOOST_TEST((state.deadline().when() == deadline));
}

BOOST_AUTO_TEST_CASE(pipelined_requests_need_no_wait) {
  Server server;
  ConnectionState state = server.connect_idle();
  serve_request(state, start);
  state.await_request(start + 1s);
  state.request_began(start + 1s);  // its bytes were there
  BOOST_TEST(state.stage() == Stage::head);
  state.serve();
  BOOST_TEST(state.stage() == Stage::serving);
}

BOOST_AUTO_TEST_CASE(an_empty_line_is_no_request) {
  Server server;
  ConnectionState state = server.connect_idle();
  state.request_began(start + 1s);
  state.await_request(start + 2s);
  BOOST_TEST(state.idle());
  BOOST_TEST((state.deadline().when() == start + 2s + server.timeouts.idle));
  server.draining = true;
  BOOST_TEST(!state.is_unwanted());
}

BOOST_AUTO_TEST_CASE(plain_http_on_a_tls_port_is_answered_within_the_handshakes_time) {
  Server server;
  ConnectionState state = server.connect();
  state.await_proxy_header(start);
  state.handshake();
  state.write();
  BOOST_TEST(state.stage() == Stage::writing);
  BOOST_TEST((state.deadline().when() == start + server.timeouts.handshake));
  state.output_stalled(0, start + 1s);
  BOOST_TEST((state.deadline().when() == start + 1s + server.timeouts.write));
  state.close(start + 2s);
  BOOST_TEST((state.deadline().when() == start + 2s + close_time));
}

BOOST_AUTO_TEST_CASE(the_body_is_awaited_again_after_100_continue) {
  Server server;
  ConnectionState state = server.connect_idle();
  state.request_began(start);
  state.serve();
  state.await_body(start);
  state.write();
  BOOST_TEST((state.deadline().when() == start + server.timeouts.body));
  state.output_stalled(0, start + 1s);
  BOOST_TEST((state.deadline().when() == start + 1s + server.timeouts.write));
  state.await_body(start + 4s);
  BOOST_TEST((state.deadline().when() == start + 4s + server.timeouts.body));
  // Of what was sent nothing is watched any more: the client is late with the body.
  BOOST_TEST((state.lapse(0, 25, start + 40s) == Lapse::late));
}

BOOST_AUTO_TEST_CASE(each_stage_that_waits_for_input_lapses) {
  Server server;
  const auto lapses = [](ConnectionState& state) {
    return state.lapse(0, 0, state.deadline().when()) == Lapse::late && state.over();
  };
  ConnectionState shaking = server.connect();
  shaking.await_proxy_header(start);
  BOOST_TEST(lapses(shaking));
  ConnectionState idle = server.connect_idle();
  BOOST_TEST(lapses(idle));
  ConnectionState begun = server.connect_idle();
  begun.request_began(start);
  BOOST_TEST(lapses(begun));
  ConnectionState reading = server.connect_idle();
  reading.request_began(start);
  reading.serve();
  reading.await_body(start);
  BOOST_TEST(lapses(reading));
  ConnectionState closing = server.connect_idle();
  closing.close(start);
  BOOST_TEST(lapses(closing));
}

BOOST_AUTO_TEST_CASE(a_slow_client_gets_a_long_answer_if_it_is_not_too_slow) {
  Server server;
  server.peers.write_rate = 1000;
  server.timeouts.write = 30s;
  ConnectionState state = server.connect_idle();
  state.request_began(start);
  state.serve();
  state.write();
  state.output_stalled(5000, start);
  BOOST_TEST((state.deadline().when() == start + 30s));
  state.output_stalled(9000, start + 10s);  // the window stays
  BOOST_TEST((state.deadline().when() == start + 30s));
  BOOST_TEST((state.lapse(35'000, 1'000'000, start + 30s) == Lapse::none));
  BOOST_TEST((state.deadline().when() == start + 60s));
  // The next piece of the answer is read: no deadline, but the window goes on.
  state.serve();
  BOOST_TEST((state.deadline().when() == never));
  state.write();
  state.output_stalled(40'000, start + 65s);
  BOOST_TEST((state.deadline().when() == start + 60s));
  BOOST_TEST((state.lapse(64'999, 1'000'000, start + 65s) == Lapse::slow));
  BOOST_TEST(state.over());
}

BOOST_AUTO_TEST_CASE(a_client_that_has_taken_all_is_not_slow) {
  Server server;
  ConnectionState state = server.connect_idle();
  state.request_began(start);
  state.serve();
  state.write();
  state.output_stalled(5000, start);
  BOOST_TEST((state.lapse(5000, 5000, start + 30s) == Lapse::none));
  state.serve();
  state.output_stalled(5000, start + 31s);  // only while it writes
  BOOST_TEST((state.deadline().when() == never));
}

BOOST_AUTO_TEST_CASE(a_connection_that_rests_is_made_small_once) {
  Server server;
  ConnectionState state = server.connect_idle();
  BOOST_TEST((state.rest(start + 1s, false) == Rest::none));
  BOOST_TEST((state.rest(start + 2s, false) == Rest::shrink));
  BOOST_TEST((state.rest(start + 3s, false) == Rest::none));
  serve_request(state, start + 4s);
  BOOST_TEST((state.rest(start + 9s, false) == Rest::none));  // not while it serves
  state.await_request(start + 9s);
  BOOST_TEST((state.rest(start + 10s, false) == Rest::none));
  BOOST_TEST((state.rest(start + 11s, false) == Rest::shrink));
}

BOOST_AUTO_TEST_CASE(an_old_connection_ends_when_it_rests) {
  Server server;
  const LifetimeLimits limits{100s, 0};
  ConnectionState state = server.connect_idle(limits, false, start + 99s);
  BOOST_TEST(!state.could_retire(start + 100s));  // it has not been idle for long
  BOOST_TEST((state.rest(start + 100s, false) == Rest::none));
  BOOST_TEST(state.could_retire(start + 101s));
  BOOST_TEST((state.rest(start + 101s, true) == Rest::shrink));  // a request has come
  BOOST_TEST((state.rest(start + 102s, true) == Rest::none));
  BOOST_TEST((state.rest(start + 103s, false) == Rest::age));
  BOOST_TEST(state.over());

  ConnectionState busy = server.connect_idle(limits);
  busy.request_began(start + 1s);
  BOOST_TEST(!busy.could_retire(start + 500s));
  BOOST_TEST((busy.rest(start + 500s, false) == Rest::none));
  busy.serve();
  BOOST_TEST((busy.count_request(start + 500s) == Last::age));
}

BOOST_AUTO_TEST_CASE(the_last_request_that_it_may_make_is_known) {
  Server server;
  ConnectionState state = server.connect_idle({0s, 3});
  BOOST_TEST((state.count_request(start) == Last::no));
  BOOST_TEST((state.count_request(start) == Last::no));
  BOOST_TEST((state.count_request(start + 9h) == Last::requests));
}

BOOST_AUTO_TEST_CASE(a_server_that_winds_down_ends_what_is_idle) {
  Server server;
  ConnectionState idle = server.connect_idle();
  serve_request(idle, start);
  idle.await_request(start + 1s);
  ConnectionState asking = idle;
  ConnectionState fresh = server.connect_idle();
  ConnectionState late = server.connect_idle();
  server.wind_down(start + 1s);

  BOOST_TEST(idle.wind_down(start + 1s, false));
  BOOST_TEST(idle.over());
  BOOST_TEST(!asking.wind_down(start + 1s, true));  // a request has come, which the connection has not read
  BOOST_TEST(asking.idle());
  BOOST_TEST((asking.deadline().when() == server.last_input));
  BOOST_TEST(!fresh.wind_down(start + 1s, false));  // about to ask its first request
  BOOST_TEST((fresh.deadline().when() == start + first_request_patience));
  BOOST_TEST(late.wind_down(start + 2s, false));  // it had time for that
}

BOOST_AUTO_TEST_CASE(a_server_that_winds_down_waits_for_what_has_begun_but_not_long) {
  Server server;
  ConnectionState shaking = server.connect();
  shaking.await_proxy_header(start);
  ConnectionState begun = server.connect_idle();
  begun.request_began(start);
  ConnectionState serving = server.connect_idle();
  serving.request_began(start);
  serving.serve();
  ConnectionState writing = serving;
  writing.write();
  writing.output_stalled(0, start);
  server.wind_down(start + 1s);

  for (ConnectionState* const state : {&shaking, &begun, &serving, &writing}) {
    BOOST_TEST(!state->wind_down(start + 1s, false));
  }
  BOOST_TEST((shaking.deadline().when() == server.last_input));
  BOOST_TEST((begun.deadline().when() == server.last_input));
  BOOST_TEST((serving.deadline().when() == never));  // the handler is not cut short
  BOOST_TEST((writing.deadline().when() == server.last_input));
  // From now on a client has to take its part of an answer in shorter windows.
  BOOST_TEST((writing.lapse(100'000, 200'000, server.last_input) == Lapse::none));
  BOOST_TEST((writing.deadline().when() == server.last_input + wind_down_patience));
  serving.await_body(start + 2s);
  BOOST_TEST((serving.deadline().when() == server.last_input));
}

BOOST_AUTO_TEST_CASE(a_server_that_drains_wants_one_request_of_each_connection) {
  Server server;
  server.draining = true;
  ConnectionState state = server.connect_idle();
  BOOST_TEST((state.deadline().when() == start + first_request_patience));
  BOOST_TEST(!state.is_unwanted());
  state.request_began(start + 1s);
  BOOST_TEST((state.deadline().when() == start + 1s + server.timeouts.header));
  state.serve();
  BOOST_TEST(!state.is_unwanted());
  state.await_request(start + 2s);
  BOOST_TEST(state.is_unwanted());
  state.request_began(start + 2s);  // it was there already
  BOOST_TEST(!state.is_unwanted());
}

BOOST_AUTO_TEST_CASE(monitors_have_less_time) {
  Server server;
  ConnectionState state = server.connect_idle({}, true);
  BOOST_TEST((state.deadline().when() == start + monitor_idle_time));
  state.request_began(start + 1s);
  BOOST_TEST((state.deadline().when() == start + 1s + monitor_head_time));
  server.timeouts.idle = 1s;
  server.timeouts.header = 1s;
  ConnectionState shorter = server.connect_idle({}, true);
  BOOST_TEST((shorter.deadline().when() == start + 1s));
  shorter.request_began(start);
  BOOST_TEST((shorter.deadline().when() == start + 1s));
}

BOOST_AUTO_TEST_CASE(a_flood_ends_it_in_any_stage) {
  Server server;
  ConnectionState idle = server.connect_idle();
  idle.end();
  BOOST_TEST(idle.over());
  ConnectionState begun = server.connect_idle();
  begun.request_began(start);
  begun.end();
  begun.close(start);  // it is not told why
  BOOST_TEST(begun.over());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tacit::http
