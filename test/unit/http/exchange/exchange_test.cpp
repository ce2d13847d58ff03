// A new exchange on a connection begins without the state of the previous one.
#include "http/exchange/exchange.hpp"

#include <boost/test/unit_test.hpp>

#include "http/exchange/problem.hpp"
#include "test/unit/http/exchange/exchange_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using tacit::http::test::ExchangeFixture;

namespace {

struct NoMore final : BodyStream {
  boost::asio::awaitable<store::Outcome<bool>> next(crypto::WipedBytes&) override { co_return true; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(exchange)

// A sample of the state that one client's request leaves must not reach the next request of the same connection.
BOOST_FIXTURE_TEST_CASE(a_new_exchange_has_nothing_of_the_last_one, ExchangeFixture) {
  exchange.begin("192.0.2.1:443", boost::asio::ip::make_address("192.0.2.1"));
  exchange.head.token = "token";
  exchange.head.forwarded.emplace_back("for=198.51.100.1");
  exchange.head.is_head = true;
  exchange.principal.actor = "api-key:1";
  exchange.principal.api_key = "1";
  exchange.path_id = "id";
  exchange.request_id = "request-1";
  exchange.verdict_to_ask = exchange.limits_to_read = exchange.abandoned = exchange.response.close = true;
  exchange.released = 3;
  exchange.rows_read = 4;
  exchange.certificate_fault = "certificate_expired";
  exchange.response.rest = std::make_unique<NoMore>();
  exchange.response.streamed = 5;
  answer(exchange, Problem::method_not_allowed);
  exchange.note = "note";
  exchange.response.headers += "Allow: GET\r\n";
  exchange.response.body.clear();

  exchange.begin("[2001:db8::1]:443", boost::asio::ip::make_address("2001:db8::1"));
  BOOST_TEST(exchange.peer == "[2001:db8::1]:443");
  BOOST_TEST(exchange.client.is_v6());
  BOOST_TEST(exchange.head.token.empty());
  BOOST_TEST(exchange.head.forwarded.empty());
  BOOST_TEST(!exchange.head.is_head);
  BOOST_TEST(exchange.principal.actor.empty());
  BOOST_TEST(exchange.principal.api_key.empty());
  BOOST_TEST(exchange.path_id.empty());
  BOOST_TEST(exchange.request_id.empty());
  BOOST_TEST(!exchange.verdict_to_ask);
  BOOST_TEST(!exchange.limits_to_read);
  BOOST_TEST(!exchange.abandoned);
  BOOST_TEST(exchange.released == 0U);
  BOOST_TEST(exchange.rows_read == 0U);
  BOOST_TEST(exchange.certificate_fault.empty());
  BOOST_TEST(!exchange.problem.has_value());
  BOOST_TEST(exchange.note.empty());
  BOOST_TEST(exchange.response.status == 200U);
  BOOST_TEST(exchange.response.content_type == "application/json");
  BOOST_TEST(exchange.response.headers.empty());
  BOOST_TEST(!exchange.response.close);
  BOOST_TEST(!exchange.response.rest);
  BOOST_TEST(exchange.response.streamed == 0U);
}

BOOST_FIXTURE_TEST_CASE(exchanges_of_a_connection_share_memory, ExchangeFixture) {
  exchange.response.body.reserve(1000);
  exchange.response.headers = std::string(500, 'x');
  const auto* const body = exchange.response.body.data();
  const char* const headers = exchange.response.headers.data();
  exchange.begin("192.0.2.1", {});
  BOOST_TEST(exchange.response.body.capacity() >= 1000U);
  BOOST_TEST(exchange.response.body.data() == body);
  BOOST_TEST(exchange.response.headers.empty());
  BOOST_TEST(exchange.response.headers.data() == headers);
}

BOOST_AUTO_TEST_SUITE_END()
