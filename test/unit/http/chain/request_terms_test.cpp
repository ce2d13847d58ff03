// Which requests take conditions and idempotency keys.
#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>

#include "http/chain/request_terms.hpp"
#include "test/unit/http/exchange/exchange_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;

namespace {

/// The problem of a request to a route with these terms.
std::optional<Problem> asked(Terms terms, const std::function<void(RequestHead&)>& fill) {
  const Route route{.method = Method::post,
                    .path = "/",
                    .scope = store::Scope::none,
                    .authenticated = true,
                    .body_limit = 0,
                    .handler = nullptr,
                    .terms = terms};
  ExchangeFixture fixture;
  fixture.exchange.route = &route;
  fill(fixture.exchange.head);
  return terms_problem(fixture.exchange);
}

void match(RequestHead& head) { head.has_if_match = true; }
void match_none(RequestHead& head) { head.has_if_none_match = true; }
void date(RequestHead& head) { head.has_date_condition = true; }

std::optional<Problem> keyed(Terms terms, std::string_view key) {
  return asked(terms, [&](RequestHead& head) {
    head.has_idempotency_key = true;
    head.idempotency_key = key;
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_terms)

BOOST_AUTO_TEST_CASE(a_route_takes_its_terms_and_no_others) {
  BOOST_TEST(!asked(Terms::none, [](RequestHead&) {}).has_value());
  BOOST_TEST(!asked(Terms::if_match, match).has_value());
  BOOST_TEST(!asked(Terms::if_match | Terms::if_none_match, match_none).has_value());
  BOOST_TEST((asked(Terms::none, match) == Problem::condition_unused));
  BOOST_TEST((asked(Terms::if_none_match | Terms::idempotency_key, match) == Problem::condition_unused));
  BOOST_TEST((asked(Terms::if_match | Terms::idempotency_key, match_none) == Problem::condition_unused));
  BOOST_TEST((asked(Terms::if_match | Terms::if_none_match, date) == Problem::condition_unused));
  BOOST_TEST((keyed(Terms::if_match | Terms::if_none_match, "k") == Problem::idempotency_key_unused));
}

BOOST_AUTO_TEST_CASE(a_key_is_visible_ascii) {
  for (const std::string& key : {std::string("k"), std::string(255, '~'), std::string("\"8e03978e!\"")}) {
    BOOST_TEST(!keyed(Terms::idempotency_key, key).has_value());
  }
  for (const std::string& key : {std::string(), std::string(256, 'k'), std::string("a b"), std::string("a\tb"),
                                 std::string("\xc3\xa4"), std::string("\x7f")}) {
    BOOST_TEST((keyed(Terms::idempotency_key, key) == Problem::idempotency_key_malformed));
  }
}

BOOST_AUTO_TEST_SUITE_END()
