// The limit of failed credentials per client address, API key and token.
#include "auth/limits/auth_failure_limit.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::auth;
using namespace std::chrono_literals;
using boost::asio::ip::address;
using boost::asio::ip::make_address;

namespace {

constexpr AuthFailureLimit::Clock::time_point start{1000h};

bool same_client(const char* one, const char* other) {
  return client_network(make_address(one)) == client_network(make_address(other));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_failure_limit)

BOOST_AUTO_TEST_CASE(a_client_is_an_ipv4_address_or_a_64_of_ipv6) {
  BOOST_TEST(same_client("192.0.2.1", "192.0.2.1"));
  BOOST_TEST(!same_client("192.0.2.1", "192.0.2.2"));
  BOOST_TEST(same_client("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"));
  BOOST_TEST(!same_client("2001:db8:1:2::1", "2001:db8:1:3::1"));
  BOOST_TEST(same_client("::ffff:192.0.2.1", "192.0.2.1"));
  BOOST_TEST(!same_client("::ffff:192.0.2.1", "::ffff:192.0.2.2"));
  BOOST_TEST(!same_client("::ffff:192.0.2.1", "::1"));
  BOOST_TEST(same_client("fe80::1%2", "fe80::2"));
}

BOOST_AUTO_TEST_CASE(only_failures_are_charged_and_only_to_their_address) {
  AuthFailureLimit limit({1, 5}, start);
  const address guesser = make_address("2001:db8::1");
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 100; ++j) BOOST_TEST((limit.wait(guesser, start) == 0s));
    limit.failed(guesser, start);
  }
  BOOST_TEST((limit.wait(guesser, start) == 1s));
  BOOST_TEST((limit.wait(make_address("2001:db8::ffff"), start) == 1s));
  BOOST_TEST((limit.wait(make_address("2001:db8:0:1::1"), start) == 0s));
  BOOST_TEST((limit.wait(make_address("192.0.2.1"), start) == 0s));
  // Then one per second.
  BOOST_TEST((limit.wait(guesser, start + 1s) == 0s));
  limit.failed(guesser, start + 1s);
  BOOST_TEST((limit.wait(guesser, start + 1s) == 1s));
}

BOOST_AUTO_TEST_CASE(concurrent_guesses_are_all_charged) {
  AuthFailureLimit limit({1, 5}, start);
  const address guesser = make_address("192.0.2.1");
  for (int i = 0; i < 8; ++i) limit.failed(guesser, start);
  BOOST_TEST((limit.wait(guesser, start) == 4s));
  for (int i = 0; i < 1000; ++i) limit.failed(guesser, start);
  BOOST_TEST((limit.wait(guesser, start) == 6s));
}

BOOST_AUTO_TEST_CASE(each_api_key_has_a_bucket_of_its_own) {
  AuthFailureLimit limit({1, 2}, start);
  const address client = make_address("192.0.2.1");
  const std::string_view one = "one";
  const std::string_view other = "other";
  for (int i = 0; i < 2; ++i) limit.failed(client, one, start);
  BOOST_TEST((limit.wait(client, one, start) == 1s));
  BOOST_TEST((limit.wait(client, other, start) == 0s));
  BOOST_TEST((limit.wait(client, start) == 0s));
  BOOST_TEST((limit.wait(make_address("192.0.2.2"), one, start) == 0s));
  for (int i = 0; i < 2; ++i) limit.failed(client, start);
  BOOST_TEST((limit.wait(client, start) == 1s));
  BOOST_TEST((limit.wait(client, other, start) == 0s));
  BOOST_TEST((limit.wait(client, one, start + 1s) == 0s));
}

BOOST_AUTO_TEST_CASE(each_token_has_a_bucket_of_its_own_and_all_of_a_client_have_one_together) {
  AuthFailureLimit limit({1, 2}, start);
  const address client = make_address("192.0.2.1");
  const auto token = [](int number) { return tacit::crypto::sha256(tacit::crypto::as_bytes(std::to_string(number))); };
  for (int i = 0; i < 2; ++i) limit.failed(client, token(0), start);
  BOOST_TEST((limit.wait(client, token(0), start) == 1s));
  BOOST_TEST((limit.wait(client, token(1), start) == 0s));
  BOOST_TEST((limit.wait(client, start) == 0s));
  const int together = 2 * static_cast<int>(AuthFailureLimit::more_tokens);
  for (int i = 2; i < together; ++i) {
    BOOST_TEST((limit.wait(client, token(i), start) == 0s));
    limit.failed(client, token(i), start);
  }
  BOOST_TEST((limit.wait(client, token(together), start) > 0s));
  BOOST_TEST((limit.wait(client, token(together), start) <= 63ms));
  BOOST_TEST((limit.wait(client, start) == 0s));
  BOOST_TEST((limit.wait(make_address("192.0.2.2"), token(together), start) == 0s));
}

BOOST_AUTO_TEST_CASE(a_rate_near_the_largest_is_no_smaller_for_all_tokens) {
  AuthFailureLimit limit({Rate::most, Rate::most}, start);
  const address client = make_address("192.0.2.1");
  limit.failed(client, tacit::crypto::sha256({}), start);
  BOOST_TEST((limit.wait(client, tacit::crypto::sha256({}), start) == 0s));
}

BOOST_AUTO_TEST_CASE(rate_0_is_no_limit) {
  AuthFailureLimit limit({0, 5}, start);
  BOOST_TEST(!limit.limited());
  for (int i = 0; i < 1000; ++i) limit.failed(make_address("192.0.2.1"), start);
  BOOST_TEST((limit.wait(make_address("192.0.2.1"), start) == 0s));
}

BOOST_AUTO_TEST_SUITE_END()
