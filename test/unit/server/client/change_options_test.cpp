// Options of commands that change something.
#include "server/client/change_options.hpp"

#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "server/config/errors.hpp"

using namespace tacit::server;

namespace {

namespace po = boost::program_options;

Arguments given(const std::vector<std::string>& words) {
  po::options_description own;
  add_expiry(own);
  add_if_match(own);
  add_idempotency_key(own);
  Arguments arguments;
  po::store(po::command_line_parser(words).options(own).run(), arguments);
  return arguments;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(change_options)

BOOST_AUTO_TEST_CASE(an_expiry_is_a_span_or_an_instant) {
  BOOST_TEST(!expiry(given({})).has_value());
  BOOST_TEST(expiry(given({"--expires-at", "2030-01-01T00:00:00Z"})).value() == "2030-01-01T00:00:00Z");
  BOOST_TEST(expiry(given({"--expires-in", "90d"})).value().ends_with("Z"));
  BOOST_TEST(expiry(given({"--expires-in", "2d"})).value() > expiry(given({"--expires-in", "1d"})).value());
  BOOST_CHECK_THROW(expiry(given({"--expires-in", "soon"})), UsageError);
  BOOST_CHECK_THROW(expiry(given({"--expires-in", "1d", "--expires-at", "x"})), UsageError);
}

BOOST_AUTO_TEST_CASE(a_tag_gets_its_quotes) {
  BOOST_TEST(if_match(given({})).empty());
  BOOST_TEST(if_match(given({"--if-match", "00a1"})) == "\"00a1\"");
  BOOST_TEST(if_match(given({"--if-match", "\"00a1\""})) == "\"00a1\"");
  BOOST_TEST(if_match(given({"--if-match", "*"})) == "*");
  for (const char* wrong : {"a b", "a\r\nX: y", "a\"b", "\xc3\xbc"}) {
    BOOST_CHECK_THROW(if_match(given({"--if-match", wrong})), UsageError);
  }
}

BOOST_AUTO_TEST_CASE(an_idempotency_key_is_random_by_default) {
  BOOST_TEST(idempotency_key(given({})).size() == 36U);
  BOOST_TEST(idempotency_key(given({})) != idempotency_key(given({})));
  BOOST_TEST(idempotency_key(given({"--idempotency-key", "mine"})) == "mine");
  for (const std::string& wrong : {std::string("a b"), std::string(201, 'x'), std::string("a\nb")}) {
    BOOST_CHECK_THROW(idempotency_key(given({"--idempotency-key", wrong})), UsageError);
  }
}

BOOST_AUTO_TEST_SUITE_END()
