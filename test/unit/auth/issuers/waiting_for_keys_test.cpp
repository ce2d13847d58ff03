// Callers that wait for an issuer's keys: shared fetches, deadlines, the end.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <string>
#include <thread>

#include "auth/issuers/issuer.hpp"
#include "test/unit/auth/issuers/issuers_fixture.hpp"

using namespace tacit;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::ask_on_threads;
using test::eventually;
using test::IssuerReply;
using test::IssuersFixture;

namespace {

asio::awaitable<void> ask_for_keys(auth::Issuer& issuer, std::string kid, std::atomic<int>& found) {
  const auto thread = std::this_thread::get_id();
  const auto keys = co_await issuer.refreshed();
  if (std::this_thread::get_id() != thread) std::terminate();
  if (keys && keys->has(kid)) ++found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(waiting_for_keys)

BOOST_FIXTURE_TEST_CASE(an_unknown_kid_causes_one_fetch_in_ten_seconds, IssuersFixture) {
  terms.ask_every = 0ms;
  serve_keys({"a"});
  IssuerReply slow;
  slow.body = test::jwks_of({"a", "b"});
  slow.delay = 500ms;
  {
    const auto issuers = start_with_keys();
    server.serve("/keys", slow);
    // 1000 coroutines on four threads share the fetch that the first one starts.
    std::atomic<int> found{0};
    ask_on_threads(4, 250, [&] { return ask_for_keys(first(*issuers), "b", found); });
    BOOST_TEST(found == 1000);
    BOOST_TEST(server.requests("/keys") == 2);
  }
  terms.ask_every = 10s;
  const auto issuers = start_with_keys();
  const int requests = server.requests("/keys");
  std::atomic<int> found{0};
  ask_on_threads(4, 250, [&] { return ask_for_keys(first(*issuers), "unknown", found); });
  BOOST_TEST(found == 0);
  BOOST_TEST(server.requests("/keys") == requests + 1);
}

BOOST_FIXTURE_TEST_CASE(keys_are_current_until_a_fetch_fails, IssuersFixture) {
  terms.retry_first = terms.retry_most = 1h;
  serve_keys({"a"});
  {
    const auto issuers = start_with_keys();
    test::run(first(*issuers).refreshed());
    const int requests = server.requests("/keys");
    server.set_down(true);
    test::run(first(*issuers).refreshed());  // answered by the previous fetch, less than 10 s ago
    BOOST_TEST(server.requests("/keys") == requests);
    BOOST_TEST(first(*issuers).keys_are_current());
    server.set_down(false);
  }
  terms.ask_every = 0ms;
  const auto issuers = start_with_keys();
  test::run(first(*issuers).refreshed());
  BOOST_TEST(first(*issuers).keys_are_current());
  server.set_down(true);
  BOOST_TEST(test::run(first(*issuers).refreshed())->has("a"));
  BOOST_TEST(!first(*issuers).keys_are_current());
  server.set_down(false);
  test::run(first(*issuers).refreshed());
  BOOST_TEST(first(*issuers).keys_are_current());
}

BOOST_FIXTURE_TEST_CASE(a_caller_before_the_first_keys_waits, IssuersFixture) {
  IssuerReply slow;
  slow.body = test::jwks_of({"a"});
  slow.delay = 100ms;
  server.serve("/keys", slow);
  const auto issuers = start();
  const auto keys = test::run(first(*issuers).refreshed());
  BOOST_TEST_REQUIRE((keys != nullptr));
  BOOST_TEST(keys->has("a"));
  BOOST_TEST(server.requests("/keys") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_waiting_caller_gets_the_present_keys_in_time, IssuersFixture) {
  config.fetch_timeout = 100ms;
  IssuerReply slow;
  slow.body = test::jwks_of({"a"});
  slow.delay = 1h;
  server.serve("/.well-known/openid-configuration", slow);
  const auto issuers = start();
  const auto before = std::chrono::steady_clock::now();
  BOOST_TEST((test::run(first(*issuers).refreshed()) == nullptr));
  BOOST_TEST((std::chrono::steady_clock::now() - before < 5s));
  BOOST_TEST(eventually([&] { return events.count("in time") == 1; }));
}

BOOST_FIXTURE_TEST_CASE(the_end_answers_waiting_callers, IssuersFixture) {
  config.fetch_timeout = 1h;
  IssuerReply slow;
  slow.delay = 1h;
  server.serve("/.well-known/openid-configuration", slow);
  auto issuers = start();
  BOOST_TEST(eventually([&] { return server.requests("/.well-known/openid-configuration") == 1; }));
  std::atomic<int> waiting{0};
  std::atomic<int> found{0};
  auth::Issuer& issuer = first(*issuers);
  std::thread askers([&] {
    ask_on_threads(
        3, 20, [&] { return ask_for_keys(issuer, "a", found); }, &waiting);
  });
  BOOST_TEST(eventually([&] { return waiting == 3; }));
  issuers.reset();
  askers.join();
  BOOST_TEST(found == 0);
}

BOOST_AUTO_TEST_SUITE_END()
