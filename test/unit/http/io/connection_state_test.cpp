// The stages of a connection: the deadline of each, and what ends the connection.
#include <boost/test/unit_test.hpp>

#include <ostream>

#include "test/unit/http/io/connection_state_fixture.hpp"

namespace tacit::http {

using namespace test;
using Lapse = ConnectionState::Lapse;

std::ostream& operator<<(std::ostream& out, Stage stage) { return out << static_cast<int>(stage); }

BOOST_AUTO_TEST_SUITE(connection_state)

BOOST_AUTO_TEST_CASE(a_request_passes_every_stage) {
  Server server;
  ConnectionState state = server.connect();
  BOOST_TEST(state.stage() == Stage::proxy_header);
  BOOST_TEST((state.deadline().when() == never));
  state.await_input(Stage::proxy_header, start + 1s);
  BOOST_TEST((state.deadline().when() == start + 1s + server.timeouts.handshake));
  state.handshake();
  BOOST_TEST(state.stage() == Stage::handshake);
  BOOST_TEST((state.deadline().when() == start + 1s + server.timeouts.handshake));  // one deadline for both
  BOOST_TEST((state.waiting_since() == start));
  state.await_input(Stage::idle, start + 2s);
  BOOST_TEST(state.idle());
  BOOST_TEST((state.deadline().when() == start + 2s + server.timeouts.idle));
  BOOST_TEST((state.waiting_since() == start + 2s));
  state.await_input(Stage::head, start + 5s);
  BOOST_TEST(state.stage() == Stage::head);
  BOOST_TEST((state.deadline().when() == start + 5s + server.timeouts.header));
  BOOST_TEST((state.waiting_since() == start + 5s));
  state.serve();
  BOOST_TEST(state.stage() == Stage::serving);
  BOOST_TEST((state.deadline().when() == never));
  state.await_input(Stage::body, start + 6s);
  BOOST_TEST(state.stage() == Stage::body);
  BOOST_TEST((state.deadline().when() == start + 6s + server.timeouts.body));
  state.serve();
  BOOST_TEST((state.deadline().when() == never));
  state.write();
  BOOST_TEST(state.stage() == Stage::writing);
  BOOST_TEST((state.deadline().when() == never));
  state.serve();
  state.await_input(Stage::idle, start + 7s);
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
  state.await_input(Stage::head, start + 1s);
  state.serve();
  state.end();
  const auto deadline = state.deadline().when();
  // Events of a handler that continues after the end of its connection.
  state.await_input(Stage::body, start + 2s);
  state.write();
  state.output_stalled(10, start + 2s);
  state.serve();
  state.await_input(Stage::idle, start + 3s);
  state.close(start + 3s);
  BOOST_TEST(state.over());
  BOOST_TEST((state.deadline().when() == deadline));
}

BOOST_AUTO_TEST_CASE(pipelined_requests_need_no_wait) {
  Server server;
  ConnectionState state = server.connect_idle();
  serve_request(state, start);
  state.await_input(Stage::idle, start + 1s);
  state.await_input(Stage::head, start + 1s);  // its bytes had arrived
  BOOST_TEST(state.stage() == Stage::head);
  state.serve();
  BOOST_TEST(state.stage() == Stage::serving);
}

BOOST_AUTO_TEST_CASE(an_empty_line_is_no_request) {
  Server server;
  ConnectionState state = server.connect_idle();
  state.await_input(Stage::head, start + 1s);
  state.await_input(Stage::idle, start + 2s);
  BOOST_TEST(state.idle());
  BOOST_TEST((state.deadline().when() == start + 2s + server.timeouts.idle));
  server.draining = true;
  BOOST_TEST(!state.is_unwanted());
}

BOOST_AUTO_TEST_CASE(plain_http_on_a_tls_port_is_answered_within_the_handshakes_time) {
  Server server;
  ConnectionState state = server.connect();
  state.await_input(Stage::proxy_header, start);
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
  state.await_input(Stage::head, start);
  state.serve();
  state.await_input(Stage::body, start);
  state.write();
  BOOST_TEST((state.deadline().when() == start + server.timeouts.body));
  state.output_stalled(0, start + 1s);
  BOOST_TEST((state.deadline().when() == start + 1s + server.timeouts.write));
  state.await_input(Stage::body, start + 4s);
  BOOST_TEST((state.deadline().when() == start + 4s + server.timeouts.body));
  // The rate of the sent bytes is not watched any more: the client is late with the body.
  BOOST_TEST((state.lapse(0, 25, start + 40s) == Lapse::late));
}

BOOST_AUTO_TEST_CASE(each_stage_that_waits_for_input_lapses) {
  Server server;
  const auto lapses = [](ConnectionState& state) {
    return state.lapse(0, 0, state.deadline().when()) == Lapse::late && state.over();
  };
  ConnectionState shaking = server.connect();
  shaking.await_input(Stage::proxy_header, start);
  BOOST_TEST(lapses(shaking));
  ConnectionState idle = server.connect_idle();
  BOOST_TEST(lapses(idle));
  ConnectionState begun = server.connect_idle();
  begun.await_input(Stage::head, start);
  BOOST_TEST(lapses(begun));
  ConnectionState reading = server.connect_idle();
  reading.await_input(Stage::head, start);
  reading.serve();
  reading.await_input(Stage::body, start);
  BOOST_TEST(lapses(reading));
  ConnectionState closing = server.connect_idle();
  closing.close(start);
  BOOST_TEST(lapses(closing));
}

BOOST_AUTO_TEST_CASE(a_client_above_the_minimum_rate_gets_a_long_answer) {
  Server server;
  server.peers.write_rate = 1000;
  server.timeouts.write = 30s;
  ConnectionState state = server.connect_idle();
  state.await_input(Stage::head, start);
  state.serve();
  state.write();
  state.output_stalled(5000, start);
  BOOST_TEST((state.deadline().when() == start + 30s));
  state.output_stalled(9000, start + 10s);  // the window is unchanged
  BOOST_TEST((state.deadline().when() == start + 30s));
  BOOST_TEST((state.lapse(35'000, 1'000'000, start + 30s) == Lapse::none));
  BOOST_TEST((state.deadline().when() == start + 60s));
  // The next piece of the answer is read: no deadline, but the window continues.
  state.serve();
  BOOST_TEST((state.deadline().when() == never));
  state.write();
  state.output_stalled(40'000, start + 65s);
  BOOST_TEST((state.deadline().when() == start + 60s));
  BOOST_TEST((state.lapse(64'999, 1'000'000, start + 65s) == Lapse::slow));
  BOOST_TEST(state.over());
}

BOOST_AUTO_TEST_CASE(a_client_without_pending_bytes_is_not_slow) {
  Server server;
  ConnectionState state = server.connect_idle();
  state.await_input(Stage::head, start);
  state.serve();
  state.write();
  state.output_stalled(5000, start);
  BOOST_TEST((state.lapse(5000, 5000, start + 30s) == Lapse::none));
  state.serve();
  state.output_stalled(5000, start + 31s);  // has an effect only in the stage `writing`
  BOOST_TEST((state.deadline().when() == never));
}

BOOST_AUTO_TEST_CASE(a_stopping_server_ends_idle_connections) {
  Server server;
  ConnectionState idle = server.connect_idle();
  serve_request(idle, start);
  idle.await_input(Stage::idle, start + 1s);
  ConnectionState asking = idle;
  ConnectionState fresh = server.connect_idle();
  ConnectionState late = server.connect_idle();
  server.wind_down(start + 1s);

  BOOST_TEST(idle.wind_down(start + 1s, false));
  BOOST_TEST(idle.over());
  BOOST_TEST(!asking.wind_down(start + 1s, true));  // a request has come, which the connection has not read
  BOOST_TEST(asking.idle());
  BOOST_TEST((asking.deadline().when() == server.last_input));
  BOOST_TEST(!fresh.wind_down(start + 1s, false));  // about to send its first request
  BOOST_TEST((fresh.deadline().when() == start + first_request_patience));
  BOOST_TEST(late.wind_down(start + 2s, false));  // it has had time to send one
}

BOOST_AUTO_TEST_CASE(a_stopping_server_waits_a_limited_time_for_begun_requests) {
  Server server;
  ConnectionState shaking = server.connect();
  shaking.await_input(Stage::proxy_header, start);
  ConnectionState begun = server.connect_idle();
  begun.await_input(Stage::head, start);
  ConnectionState serving = server.connect_idle();
  serving.await_input(Stage::head, start);
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
  BOOST_TEST((serving.deadline().when() == never));  // the handler is not interrupted
  BOOST_TEST((writing.deadline().when() == server.last_input));
  // From now on the windows in which a client must take a part of an answer are shorter.
  BOOST_TEST((writing.lapse(100'000, 200'000, server.last_input) == Lapse::none));
  BOOST_TEST((writing.deadline().when() == server.last_input + wind_down_patience));
  serving.await_input(Stage::body, start + 2s);
  BOOST_TEST((serving.deadline().when() == server.last_input));
}

BOOST_AUTO_TEST_CASE(a_draining_server_awaits_one_request_of_each_connection) {
  Server server;
  server.draining = true;
  ConnectionState state = server.connect_idle();
  BOOST_TEST((state.deadline().when() == start + first_request_patience));
  BOOST_TEST(!state.is_unwanted());
  state.await_input(Stage::head, start + 1s);
  BOOST_TEST((state.deadline().when() == start + 1s + server.timeouts.header));
  state.serve();
  BOOST_TEST(!state.is_unwanted());
  state.await_input(Stage::idle, start + 2s);
  BOOST_TEST(state.is_unwanted());
  state.await_input(Stage::head, start + 2s);  // it had arrived
  BOOST_TEST(!state.is_unwanted());
}

BOOST_AUTO_TEST_CASE(monitors_have_less_time) {
  Server server;
  ConnectionState state = server.connect_idle(true);
  BOOST_TEST((state.deadline().when() == start + monitor_idle_time));
  state.await_input(Stage::head, start + 1s);
  BOOST_TEST((state.deadline().when() == start + 1s + monitor_head_time));
  server.timeouts.idle = 1s;
  server.timeouts.header = 1s;
  ConnectionState shorter = server.connect_idle(true);
  BOOST_TEST((shorter.deadline().when() == start + 1s));
  shorter.await_input(Stage::head, start);
  BOOST_TEST((shorter.deadline().when() == start + 1s));
}

BOOST_AUTO_TEST_CASE(a_flood_ends_a_connection_in_any_stage) {
  Server server;
  ConnectionState idle = server.connect_idle();
  idle.end();
  BOOST_TEST(idle.over());
  ConnectionState begun = server.connect_idle();
  begun.await_input(Stage::head, start);
  begun.end();
  begun.close(start);  // has no effect after the end
  BOOST_TEST(begun.over());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tacit::http
