#include "store/etcd/rpc/endpoint_choice.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

namespace tacit::store::etcd {
namespace {

const Clock::time_point now = Clock::time_point() + std::chrono::hours(1);
const std::vector<bool> none{false, false, false};

BOOST_AUTO_TEST_SUITE(endpoint_choice)

BOOST_AUTO_TEST_CASE(the_first_endpoint_is_taken_first) {
  const EndpointChoice choice(3);
  BOOST_TEST(choice.current(now) == 0U);
  BOOST_TEST((choice.next(none, now) == std::optional<std::size_t>(0)));
}

BOOST_AUTO_TEST_CASE(the_endpoint_that_answered_stays_chosen) {
  EndpointChoice choice(3);
  choice.failed(0, now);
  choice.answered(2);
  BOOST_TEST(choice.current(now) == 2U);
  // The first one is no longer avoided, and still the good one is taken.
  BOOST_TEST(choice.current(now + std::chrono::minutes(1)) == 2U);
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_failed_is_avoided_for_a_while) {
  EndpointChoice choice(3);
  choice.failed(0, now);
  BOOST_TEST(choice.current(now) == 1U);
  BOOST_TEST(choice.current(now + EndpointChoice::avoided_for - std::chrono::milliseconds(1)) == 1U);
  BOOST_TEST(choice.current(now + EndpointChoice::avoided_for) == 0U);
}

BOOST_AUTO_TEST_CASE(an_answer_ends_the_avoidance) {
  EndpointChoice choice(2);
  choice.failed(0, now);
  choice.answered(0);
  BOOST_TEST(choice.current(now) == 0U);
}

BOOST_AUTO_TEST_CASE(a_round_tries_each_endpoint_once_and_those_that_failed_last) {
  EndpointChoice choice(3);
  choice.failed(0, now);
  choice.failed(1, now - std::chrono::seconds(1));
  std::vector<bool> tried = none;
  std::vector<std::size_t> order;
  while (const std::optional<std::size_t> endpoint = choice.next(tried, now)) {
    tried[*endpoint] = true;
    order.push_back(*endpoint);
  }
  BOOST_TEST(order == (std::vector<std::size_t>{2, 1, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tacit::store::etcd
