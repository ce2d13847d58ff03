// The requests that get a line in the access log.
#include "http/chain/access_sample.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using tacit::http::AccessSample;

BOOST_AUTO_TEST_SUITE(access_sample)

BOOST_AUTO_TEST_CASE(without_sampling_every_request_has_a_line) {
  AccessSample sample(1, 7);
  for (const unsigned status : {200U, 401U, 429U, 500U}) {
    for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(sample.weight(status, 1ms) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_sampled_line_stands_for_the_omitted_ones) {
  for (const unsigned status : {200U, 429U}) {
    AccessSample sample(10, 42);
    int lines = 0;
    for (int i = 0; i < 100'000; ++i) {
      const auto weight = sample.weight(status, 1ms);
      BOOST_REQUIRE((weight == 0 || weight == 10));
      lines += weight > 0 ? 1 : 0;
    }
    BOOST_TEST(lines > 9'500);
    BOOST_TEST(lines < 10'500);
  }
}

BOOST_AUTO_TEST_CASE(requests_in_step_with_the_sample_are_logged) {
  AccessSample sample(2, 42);
  int lines = 0;
  for (int i = 0; i < 10'000; ++i) {
    lines += sample.weight(200, 1ms) > 0 ? 1 : 0;
    sample.weight(200, 1ms);  // the other of two alternating requests
  }
  BOOST_TEST(lines > 4'500);
  BOOST_TEST(lines < 5'500);
}

BOOST_AUTO_TEST_CASE(refusals_failures_and_slow_requests_always_have_a_line) {
  AccessSample sample(1'000'000, 42);
  for (const unsigned status : {400U, 401U, 403U, 404U, 408U, 413U, 422U, 431U, 500U, 503U, 507U}) {
    for (int i = 0; i < 100; ++i) BOOST_REQUIRE(sample.weight(status, 0ms) == 1U);
  }
  for (int i = 0; i < 100; ++i) BOOST_REQUIRE(sample.weight(200, 1s) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
