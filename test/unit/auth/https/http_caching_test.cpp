// The freshness of responses by Cache-Control and Age.
#include "auth/https/http_caching.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <tuple>
#include <vector>

using namespace tacit;

BOOST_AUTO_TEST_SUITE(http_caching)

BOOST_AUTO_TEST_CASE(freshness_is_read) {
  using Row = std::tuple<const char*, const char*, std::optional<long>>;
  const std::vector<Row> rows = {
      {"", "", std::nullopt},
      {"public", "", std::nullopt},
      {"max-age=600", "", 600},
      {"public, MAX-AGE = 600 , must-revalidate", "", 600},
      {"max-age=\"600\"", "", 600},
      {"max-age=600", "100", 500},
      {"max-age=600", "601", 0},
      {"max-age=600", "soon", 600},
      {"max-age=600, max-age=60", "", 60},
      {"s-maxage=10", "", std::nullopt},
      {"s-maxage=10, max-age=20", "", 20},
      {"max-age=600, no-store", "", 0},
      {"no-cache", "", 0},
      {"no-cache=\"Set-Cookie, max-age=1\"", "", 0},
      {"private=\"a, max-age=1\", max-age=600", "", 600},
      {"private=\"a\\\", max-age=1\", max-age=600", "", 600},
      {"max-age", "", 0},
      {"max-age=", "", 0},
      {"max-age=-1", "", 0},
      {"max-age=1.5", "", 0},
      {"max-age=99999999999999999999999999", "", 10L * 365 * 86400},
      {",,, max-age=5,,", "", 5},
      {"x=\"never closed, max-age=5", "", std::nullopt},
  };
  for (const auto& [control, age, seconds] : rows) {
    BOOST_TEST_CONTEXT("Cache-Control: " << control << " Age: " << age) {
      const auto fresh = auth::freshness(control, age);
      BOOST_TEST_REQUIRE(fresh.has_value() == seconds.has_value());
      if (fresh) BOOST_TEST(fresh->count() == *seconds);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
