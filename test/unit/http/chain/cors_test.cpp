// Which answers pages of other origins may read, and what preflights are told.
#include <boost/test/unit_test.hpp>

#include "http/chain/cors.hpp"
#include "http/wire/framing.hpp"
#include "test/unit/http/exchange/exchange_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;

namespace {

const std::string app = "https://app.example.org";

/// An exchange whose head has these lines.
class Asked : public ExchangeFixture {
 public:
  explicit Asked(const std::string& request_line, const std::string& lines) {
    services().cors = &cors_;
    raw_ = request_line + " HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n";
    BOOST_REQUIRE(!parse_head(raw_, exchange.head, exchange.note));
  }
  std::string fields() const {
    crypto::WipedBytes out;
    append_cors_fields(out, exchange);
    return std::string(out.text());
  }

 private:
  crypto::Configured<Cors> cors_{Cors({"http://localhost:3000", app})};
  std::string raw_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cors)

BOOST_AUTO_TEST_CASE(origins_are_compared_as_a_whole) {
  const Cors some({"http://localhost:3000", app});
  BOOST_TEST(some.allows(app));
  BOOST_TEST(some.allows("http://localhost:3000"));
  for (const std::string origin : {"", "null", "*", "https://app.example.org:443", "https://app.example.org/",
                                   "https://app.example.org.evil.example", "http://app.example.org",
                                   "https://APP.example.org", "https://evil.app.example.org", "http://localhost"}) {
    BOOST_TEST(!some.allows(origin), origin);
  }
  BOOST_TEST(!Cors().allows(app));
}

BOOST_AUTO_TEST_CASE(an_allowed_origin_may_read_the_answer) {
  const std::string fields = Asked("GET /healthz", "Origin: " + app + "\r\n").fields();
  BOOST_TEST(fields.starts_with("Access-Control-Allow-Origin: " + app + "\r\nVary: Origin\r\n"));
  BOOST_TEST(fields.find("Access-Control-Expose-Headers: ETag, Retry-After, RateLimit, RateLimit-Policy, "
                         "X-Request-Id, WWW-Authenticate, Idempotency-Replayed\r\n") != std::string::npos);
  BOOST_TEST(fields.find("Credentials") == std::string::npos);
  BOOST_TEST(Asked("GET /healthz", "").fields().empty());
  BOOST_TEST(Asked("GET /healthz", "Origin: https://evil.example\r\n").fields().empty());
}

BOOST_AUTO_TEST_CASE(only_the_api_plane_is_for_pages) {
  Asked asked("GET /healthz", "Origin: " + app + "\r\n");
  asked.exchange.plane = Plane::tools;
  BOOST_TEST(asked.fields().empty());
  Asked preflight("OPTIONS /tool/v1/resolve", "Origin: " + app + "\r\nAccess-Control-Request-Method: POST\r\n");
  preflight.exchange.plane = Plane::tools;
  BOOST_TEST(!answer_preflight(preflight.exchange));
}

BOOST_AUTO_TEST_CASE(a_preflight_gets_what_the_path_allows) {
  Asked asked("OPTIONS /v1/secrets/by-name?view=full", "Origin: " + app + "\r\nAccess-Control-Request-Method: PUT\r\n");
  BOOST_REQUIRE(answer_preflight(asked.exchange));
  BOOST_TEST(asked.exchange.response.status == 204U);
  BOOST_TEST(asked.exchange.response.headers ==
             "Access-Control-Allow-Methods: PUT\r\nAccess-Control-Allow-Headers: token, authorization, x-api-key, "
             "content-type, if-match, if-none-match, idempotency-key\r\nAccess-Control-Max-Age: 600\r\n");
  Asked list("OPTIONS /api/v1/secrets/", "Origin: " + app + "\r\nAccess-Control-Request-Method: DELETE\r\n");
  BOOST_REQUIRE(answer_preflight(list.exchange));
  BOOST_TEST(list.exchange.response.headers.starts_with("Access-Control-Allow-Methods: GET, HEAD, POST\r\n"));
  // The page reads the 404 of the request that follows.
  Asked unknown("OPTIONS /nowhere", "Origin: " + app + "\r\nAccess-Control-Request-Method: DELETE\r\n");
  BOOST_REQUIRE(answer_preflight(unknown.exchange));
  BOOST_TEST(unknown.exchange.response.headers.starts_with(
      "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE\r\n"));
}

BOOST_AUTO_TEST_CASE(other_requests_are_no_preflights) {
  const std::string asks = "Access-Control-Request-Method: GET\r\n";
  const std::string origin = "Origin: " + app + "\r\n";
  for (const auto& [line, fields] :
       std::vector<std::pair<std::string, std::string>>{{"OPTIONS /healthz", origin},
                                                        {"OPTIONS /healthz", asks},
                                                        {"OPTIONS /healthz", asks + "Origin: https://evil.example\r\n"},
                                                        {"OPTIONS /a/../healthz", asks + origin},
                                                        {"GET /healthz", asks + origin}}) {
    Asked asked(line, fields);
    BOOST_TEST(!answer_preflight(asked.exchange), line);
    BOOST_TEST(asked.exchange.response.status == 200U);
    BOOST_TEST(asked.exchange.response.headers.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
