// Arithmetic of the quota at its limit and beyond it.
#include "store/model/quota.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::store;

BOOST_AUTO_TEST_SUITE(quota)

BOOST_AUTO_TEST_CASE(exactly_at_the_limit_is_allowed) {
  BOOST_TEST(!quota_refusal(100, 60, 0, 40));
  const auto refusal = quota_refusal(100, 60, 0, 41);
  BOOST_REQUIRE(refusal);
  BOOST_TEST(refusal->limit == 100U);
  BOOST_TEST(refusal->used == 60U);
  BOOST_TEST(refusal->requested == 101U);
}

BOOST_AUTO_TEST_CASE(a_tenant_over_the_limit_may_shrink_but_not_grow) {
  BOOST_TEST(!quota_refusal(100, 500, 50, 49));
  BOOST_TEST(!quota_refusal(100, 500, 50, 50));
  BOOST_REQUIRE(quota_refusal(100, 500, 50, 51));
  BOOST_TEST(quota_refusal(100, 500, 50, 51)->requested == 501U);
  BOOST_TEST(quota_refusal(0, 0, 0, 1).has_value());
}

BOOST_AUTO_TEST_CASE(a_growing_update_counts_only_what_it_adds) {
  BOOST_TEST(!quota_refusal(100, 100, 40, 40));
  BOOST_TEST(!quota_refusal(100, 90, 40, 50));
  BOOST_TEST(quota_refusal(100, 90, 40, 51).has_value());
}

BOOST_AUTO_TEST_CASE(one_secret_more_is_refused_at_the_limit_and_beyond) {
  BOOST_TEST(!count_refusal(3, 2));
  const auto refusal = count_refusal(3, 3);
  BOOST_REQUIRE(refusal);
  BOOST_TEST(refusal->limit == 3U);
  BOOST_TEST(refusal->used == 3U);
  BOOST_TEST(refusal->requested == 4U);
  BOOST_TEST(count_refusal(0, 0).has_value());
  BOOST_TEST(count_refusal(3, 7)->requested == 8U);
}

BOOST_AUTO_TEST_CASE(used_never_wraps) {
  BOOST_TEST(used_after(10, 20, 0) == 0U);
  BOOST_TEST(used_after(10, 20, 5) == 5U);
  BOOST_TEST(used_after(30, 20, 5) == 15U);
  BOOST_TEST(accounted_bytes(1, 2, 3, 4) == 10U);
}

BOOST_AUTO_TEST_SUITE_END()
