// Look-ups of host names: sharing, deadlines and addresses.
#include "auth/https/name_lookup.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "test/unit/auth/awaitable_fixture.hpp"

using namespace tacit;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Addresses = auth::NameLookup::Addresses;

Addresses one_address(const std::string&) {
  return std::vector<asio::ip::address>(1, asio::ip::make_address("192.0.2.1"));
}

/// A look-up that blocks until it is released.
struct Stuck {
  Addresses look_up(const std::string& host) {
    ++calls;
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return let_go; });
    ++returned;
    return one_address(host);
  }
  void release() {
    const std::lock_guard lock(mutex);
    let_go = true;
    changed.notify_all();
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool let_go = false;
  std::atomic<int> calls{0};
  std::atomic<int> returned{0};
};

auth::NameLookup::Time in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

asio::awaitable<int> find_twice_at_once(auth::NameLookup& names, std::string first, std::string second) {
  int answers = 0;
  for (const std::string& host : {first, second}) {
    asio::co_spawn(co_await asio::this_coro::executor, names.find(host, in(10s)),
                   [&answers](const std::exception_ptr&, const Addresses& found) { answers += found.has_value(); });
  }
  while (answers < 2) co_await asio::post(asio::use_awaitable);
  co_return answers;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(name_lookup)

BOOST_AUTO_TEST_CASE(addresses_need_no_look_up) {
  asio::io_context context(1);
  auth::NameLookup names(context.get_executor(), [](const std::string&) -> Addresses { return std::string("asked"); });
  for (const char* host : {"127.0.0.1", "::1"}) {
    const auto found = test::run_on(context, names.find(host, in(10s)));
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(found->at(0).to_string() == host);
  }
  BOOST_TEST(test::run_on(context, names.find("host", in(10s))).error() == "asked");
}

BOOST_AUTO_TEST_CASE(this_host_needs_no_look_up) {
  asio::io_context context(1);
  auth::NameLookup names(context.get_executor(), [](const std::string&) -> Addresses { return std::string("asked"); });
  for (const char* host : {"localhost", "LocalHost", "localhost.", "issuer.localhost"}) {
    const auto found = test::run_on(context, names.find(host, in(10s)));
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(found->at(0).to_string() == "127.0.0.1");
    BOOST_TEST(found->at(1).to_string() == "::1");
  }
  for (const char* host : {"localhost.example.org", "notlocalhost", "."}) {
    BOOST_TEST(test::run_on(context, names.find(host, in(10s))).error() == "asked");
  }
}

BOOST_AUTO_TEST_CASE(the_system_resolves_other_names) {
  asio::io_context context(1);
  auth::NameLookup names(context.get_executor());
  // A short form of an address counts as a name. Every system resolves it, even without /etc/hosts and name servers.
  const auto found = test::run_on(context, names.find("127.1", in(10s)));
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->at(0).to_string() == "127.0.0.1");
  const auto unknown = auth::NameLookup::ask_system("no-such-host.invalid");
  BOOST_TEST(unknown.has_error());
}

BOOST_AUTO_TEST_CASE(callers_for_one_host_share_a_look_up) {
  asio::io_context context(1);
  const auto calls = std::make_shared<std::atomic<int>>(0);
  auth::NameLookup names(context.get_executor(), [calls](const std::string& host) {
    ++*calls;
    std::this_thread::sleep_for(20ms);
    return one_address(host);
  });
  test::run_on(context, find_twice_at_once(names, "a", "a"));
  BOOST_TEST(*calls == 1);
  test::run_on(context, find_twice_at_once(names, "a", "b"));
  BOOST_TEST(*calls == 3);
}

BOOST_AUTO_TEST_CASE(a_hanging_look_up_delays_no_caller_and_is_not_shared) {
  const auto stuck = std::make_shared<Stuck>();
  {
    asio::io_context context(1);
    auth::NameLookup names(context.get_executor(), [stuck](const std::string& host) { return stuck->look_up(host); });
    const auto before = std::chrono::steady_clock::now();
    for (const char* host : {"a", "a", "b"}) {
      BOOST_TEST(test::run_on(context, names.find(host, in(20ms))).has_error());
    }
    BOOST_TEST((std::chrono::steady_clock::now() - before < 5s));
    BOOST_TEST(stuck->calls == 1);
  }
  // The look-up ends after all its waiters are destroyed.
  stuck->release();
  while (stuck->returned == 0) std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(a_hung_look_up_does_not_prevent_later_ones) {
  const auto stuck = std::make_shared<Stuck>();
  asio::io_context context(1);
  auth::NameLookup names(context.get_executor(), [stuck](const std::string& host) { return stuck->look_up(host); });
  BOOST_TEST(test::run_on(context, names.find("a", in(20ms))).has_error());
  stuck->release();
  BOOST_TEST(test::run_on(context, names.find("b", in(10s))).has_value());
  BOOST_TEST(stuck->calls == 2);
}

BOOST_AUTO_TEST_CASE(a_resolver_that_throws_is_an_error) {
  asio::io_context context(1);
  auth::NameLookup names(context.get_executor(), [](const std::string&) -> Addresses { throw std::bad_alloc(); });
  BOOST_TEST(test::run_on(context, names.find("a", in(10s))).has_error());
}

BOOST_AUTO_TEST_SUITE_END()
