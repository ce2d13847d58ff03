// The HTTPS client against servers that do not answer, and its end in every phase.
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "test/unit/auth/https/https_client_fixture.hpp"
#include "test/unit/auth/https/silent_server_fixture.hpp"

using namespace tacit;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::body_limit;
using test::HttpsClientFixture;
using test::IssuerReply;
using test::IssuerServer;
using test::says;
using test::SilentServer;
using test::test_trust;
using test::url_of;

BOOST_AUTO_TEST_SUITE(https_deadlines)

BOOST_FIXTURE_TEST_CASE(every_phase_ends_by_the_deadline, HttpsClientFixture) {
  const auto before = std::chrono::steady_clock::now();
  IssuerReply reply;
  reply.delay = 1h;
  BOOST_TEST(fault(reply, 100ms) == "it did not answer in time");
  const SilentServer silent;
  const auto handshake = get(silent.url(), 100ms);
  BOOST_TEST_REQUIRE(handshake.has_error());
  BOOST_TEST(handshake.error().message == "the TLS handshake took too long");
  // An address reserved for documentation: no host answers, or the network reports an error immediately.
  BOOST_TEST(get("https://192.0.2.1/", 100ms).has_error());
  BOOST_TEST(get(server.url("/x"), -1ms).has_error());
  BOOST_TEST((std::chrono::steady_clock::now() - before < 5s));
}

BOOST_FIXTURE_TEST_CASE(a_closed_port_is_an_error, HttpsClientFixture) {
  std::string url;
  {
    const SilentServer gone;
    url = gone.url();
  }
  BOOST_TEST(says(get(url).error().message, "connecting failed"));
}

BOOST_AUTO_TEST_CASE(a_request_that_gets_no_connection_by_its_deadline_is_an_error) {
  IssuerServer server;
  IssuerReply slow;
  slow.delay = 1h;
  server.serve("/slow", slow);
  asio::io_context context(1);
  auth::HttpsClient::Limits limits;
  limits.connections = 1;
  auth::HttpsClient client(context.get_executor(), test_trust(), limits);
  bool held = true;
  asio::co_spawn(context,
                 client.send(auth::make_get(url_of(server.url("/slow")), body_limit), HttpsClientFixture::in(300ms)),
                 [&](const std::exception_ptr&, const auth::HttpsClient::Outcome&) { held = false; });
  const auto outcome = test::run_on(
      context, client.send(auth::make_get(url_of(server.url("/x")), body_limit), HttpsClientFixture::in(50ms)));
  BOOST_TEST_REQUIRE(outcome.has_error());
  BOOST_TEST(held);
  BOOST_TEST(says(outcome.error().message, "too many"));
}

BOOST_AUTO_TEST_CASE(the_context_may_be_destroyed_in_every_phase) {
  IssuerServer server;
  IssuerReply slow;
  slow.delay = 1h;
  server.serve("/x", slow);
  const SilentServer silent;
  for (const std::string& url : {server.url("/x"), silent.url(), std::string("https://localhost/")}) {
    auto context = std::make_unique<asio::io_context>(1);
    auth::HttpsClient::Limits limits;
    limits.connections = 1;
    auto client = std::make_unique<auth::HttpsClient>(context->get_executor(), test_trust(), limits,
                                                      [](const std::string&) -> auth::NameLookup::Addresses {
                                                        std::this_thread::sleep_for(100ms);
                                                        return std::string("too late");
                                                      });
    for (int i = 0; i < 2; ++i) {
      asio::co_spawn(*context, client->send(auth::make_get(url_of(url), body_limit), HttpsClientFixture::in(1h)),
                     [](const std::exception_ptr&, const auth::HttpsClient::Outcome&) {});
    }
    context->run_for(50ms);
    client->close();
    context.reset();
    client.reset();
  }
}

BOOST_AUTO_TEST_SUITE_END()
