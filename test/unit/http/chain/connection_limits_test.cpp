// The limits of open connections, in all and of one address.
#include "http/chain/connection_limits.hpp"

#include <boost/test/unit_test.hpp>

using boost::asio::ip::make_address;
using tacit::http::ConnectionLimits;

namespace {
const auto one = make_address("192.0.2.1");
const auto other = make_address("192.0.2.2");
}  // namespace

BOOST_AUTO_TEST_SUITE(connection_limits)

BOOST_AUTO_TEST_CASE(each_address_and_all_of_them_have_a_limit) {
  ConnectionLimits limits(3, 2);
  BOOST_TEST(limits.enter(one));
  BOOST_TEST(limits.enter(one));
  BOOST_TEST(!limits.enter(one));
  BOOST_TEST(limits.enter(other));
  BOOST_TEST(!limits.enter(other));
  limits.leave(one);
  BOOST_TEST(limits.enter(one));
}

BOOST_AUTO_TEST_CASE(a_connection_whose_client_is_unknown_counts_in_the_total_at_once) {
  ConnectionLimits limits(3, 1);
  BOOST_TEST(limits.enter(std::nullopt));
  BOOST_TEST(limits.enter(std::nullopt));
  BOOST_TEST(limits.enter(std::nullopt));
  BOOST_TEST(!limits.enter(std::nullopt));
  BOOST_TEST(limits.name(one));
  BOOST_TEST(!limits.name(one));
  limits.leave(std::nullopt);  // the connection whose address was refused
  BOOST_TEST(limits.name(other));
  limits.leave(one);
  BOOST_TEST(limits.enter(one));
}

BOOST_AUTO_TEST_CASE(changed_limits_apply_to_new_connections) {
  ConnectionLimits limits(10, 0);
  for (int i = 0; i < 3; ++i) BOOST_TEST(limits.enter(one));
  limits.change(10, 2);
  BOOST_TEST(!limits.enter(one));
  limits.leave(one);
  BOOST_TEST(!limits.enter(one));
  limits.leave(one);
  BOOST_TEST(limits.enter(one));
  limits.change(2, 0);
  BOOST_TEST(!limits.enter(other));
}

BOOST_AUTO_TEST_SUITE_END()
