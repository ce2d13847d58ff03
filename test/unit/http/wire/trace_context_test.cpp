// Which `traceparent` fields are valid.
#include "http/wire/trace_context.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using tacit::http::sane_traceparent;

namespace {

const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string with(std::size_t place, char c) {
  std::string changed = good;
  changed[place] = c;
  return changed;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_context)

BOOST_AUTO_TEST_CASE(a_valid_traceparent_is_kept) {
  BOOST_TEST(sane_traceparent(good) == good);
  BOOST_TEST(sane_traceparent(with(54, '0')) == with(54, '0'));
  BOOST_TEST(sane_traceparent(with(53, 'f')) == with(53, 'f'));
}

BOOST_AUTO_TEST_CASE(of_a_later_version_the_known_part_is_kept) {
  const std::string later = "cc" + good.substr(2);
  BOOST_TEST(sane_traceparent(later) == later);
  BOOST_TEST(sane_traceparent(later + "-what-the-future-brings") == later);
  BOOST_TEST(sane_traceparent(later + ".x").empty());
}

BOOST_AUTO_TEST_CASE(other_texts_are_ignored) {
  for (std::size_t place = 0; place < good.size(); ++place) {
    BOOST_TEST(sane_traceparent(with(place, 'G')).empty());
    BOOST_TEST(sane_traceparent(with(place, '"')).empty());
    BOOST_TEST(sane_traceparent(with(place, '\0')).empty());
    BOOST_TEST(sane_traceparent(std::string_view(good).substr(0, place)).empty());
  }
  BOOST_TEST(sane_traceparent("ff" + good.substr(2)).empty());
  BOOST_TEST(sane_traceparent(good + "-00").empty());
  BOOST_TEST(sane_traceparent(good + " ").empty());
  BOOST_TEST(sane_traceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01").empty());
  BOOST_TEST(sane_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01").empty());
  BOOST_TEST(sane_traceparent("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01").empty());
}

BOOST_AUTO_TEST_SUITE_END()
