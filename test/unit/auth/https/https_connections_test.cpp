// Which connections the HTTPS client keeps, and how many it opens.
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <thread>

#include "test/unit/auth/https/https_client_fixture.hpp"

using namespace tacit;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::body_limit;
using test::HttpsClientFixture;
using test::IssuerReply;
using test::test_trust;
using test::url_of;

namespace {

asio::awaitable<int> many(auth::HttpsClient& client, std::string url, int count) {
  int ended = 0;
  int good = 0;
  for (int i = 0; i < count; ++i) {
    auth::HttpsRequest request = auth::make_form_post(url_of(url), "Basic eDp5", "a=b", body_limit);
    asio::co_spawn(co_await asio::this_coro::executor, client.send(std::move(request), HttpsClientFixture::in(10s)),
                   [&](const std::exception_ptr&, const auth::HttpsClient::Outcome& outcome) {
                     ++ended;
                     good += outcome.has_value();
                   });
  }
  while (ended < count) co_await asio::post(asio::use_awaitable);
  co_return good;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(https_connections)

BOOST_FIXTURE_TEST_CASE(connections_are_kept_for_posts, HttpsClientFixture) {
  server.serve("/x", IssuerReply{});
  for (int i = 0; i < 5; ++i) BOOST_TEST(post(server.url("/x")).has_value());
  BOOST_TEST(server.requests("/x") == 5);
  BOOST_TEST(server.connections() == 1);
  // A rejected response closes the connection.
  IssuerReply refused;
  refused.status = 401;
  server.serve("/x", refused);
  for (int i = 0; i < 2; ++i) BOOST_TEST(post(server.url("/x")).has_error());
  BOOST_TEST(server.connections() == 2);
}

BOOST_FIXTURE_TEST_CASE(a_closed_connection_is_reopened, HttpsClientFixture) {
  IssuerReply reply;
  reply.close = true;
  server.serve("/x", reply);
  for (int i = 0; i < 5; ++i) BOOST_TEST(post(server.url("/x")).has_value());
  BOOST_TEST(server.requests("/x") == 5);
  BOOST_TEST(server.connections() == 5);
}

BOOST_FIXTURE_TEST_CASE(a_truncated_answer_is_not_requested_again, HttpsClientFixture) {
  server.serve("/x", IssuerReply{});
  BOOST_TEST(post(server.url("/x")).has_value());
  IssuerReply reply;
  reply.break_off = 20;
  server.serve("/x", reply);
  BOOST_TEST(post(server.url("/x")).has_error());
  BOOST_TEST(server.requests("/x") == 2);
}

BOOST_FIXTURE_TEST_CASE(bytes_after_an_answer_close_the_connection, HttpsClientFixture) {
  IssuerReply reply;
  reply.raw = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\"no\"";
  reply.stay = true;
  server.serve("/x", reply);
  for (int i = 0; i < 2; ++i) {
    const auto outcome = post(server.url("/x"));
    BOOST_TEST_REQUIRE(outcome.has_value());
    BOOST_TEST(outcome->body.text() == "{}");
  }
  BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(unused_connections_are_closed) {
  HttpsClientFixture fixture;
  auth::HttpsClient::Limits limits;
  limits.most_idle = 1ms;
  auth::HttpsClient client(fixture.context.get_executor(), test_trust(), limits);
  fixture.server.serve("/x", IssuerReply{});
  for (int i = 0; i < 3; ++i) {
    auth::HttpsRequest request =
        auth::make_form_post(url_of(fixture.server.url("/x")), "Basic eDp5", "a=b", body_limit);
    BOOST_TEST(test::run_on(fixture.context, client.send(std::move(request), HttpsClientFixture::in(10s))).has_value());
    std::this_thread::sleep_for(2ms);
  }
  BOOST_TEST(fixture.server.connections() == 3);
}

BOOST_FIXTURE_TEST_CASE(connections_at_once_are_limited_and_others_wait, HttpsClientFixture) {
  IssuerReply reply;
  reply.delay = 10ms;
  server.serve("/x", reply);
  BOOST_TEST(test::run_on(context, many(client, server.url("/x"), 50)) == 50);
  BOOST_TEST(server.most_at_once() <= 16);
  BOOST_TEST(server.connections() == 16);
}

BOOST_AUTO_TEST_SUITE_END()
