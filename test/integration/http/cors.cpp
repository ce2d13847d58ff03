// Pages of the configured origins may use the API in browsers, and no others.
#include <algorithm>

#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const std::string app = "https://app.example.org";
const std::string local = "http://localhost:3000";

struct Pages {
  Deployment deployment{Settings{{"cors-origins", app + ", " + local}}};
  Server server{deployment};
  Tenant tenant{deployment, server};
};

Pages& pages() {
  static Pages all;
  return all;
}

Answer preflight(const std::string& path, const std::string& method, const std::string& origin) {
  return HttpsClient(pages().server.api_client())
      .request("OPTIONS", path,
               {{"Origin", origin},
                {"Access-Control-Request-Method", method},
                {"Access-Control-Request-Headers", "token,content-type"}});
}

Answer from(const std::string& origin, std::string_view method, const std::string& path, std::string_view body = {}) {
  return pages().tenant.api.request(method, path, body, {{"Origin", origin}});
}

void check_readable(const Answer& answer, const std::string& origin) {
  BOOST_TEST(answer.header("Access-Control-Allow-Origin") == origin);
  BOOST_TEST(answer.header("Vary") == "Origin");
  BOOST_TEST(answer.header("Access-Control-Expose-Headers") ==
             "ETag, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, WWW-Authenticate, Idempotency-Replayed");
  BOOST_TEST(answer.count("Access-Control-Allow-Credentials") == 0U);
}

void check_unreadable(const Answer& answer) {
  for (const auto& [name, value] : answer.headers) BOOST_TEST(!name.starts_with("Access-Control-"), name);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cors)

BOOST_AUTO_TEST_CASE(a_preflight_of_an_allowed_origin) {
  for (const std::string& origin : {app, local}) {
    const Answer answer = preflight(secrets_path, "POST", origin);
    REQUIRE_STATUS(answer, 204);
    check_readable(answer, origin);
    BOOST_TEST(answer.header("Access-Control-Allow-Methods") == "GET, HEAD, POST");
    BOOST_TEST(answer.header("Access-Control-Allow-Headers") ==
               "token, authorization, x-api-key, content-type, if-match, if-none-match, idempotency-key");
    BOOST_TEST(answer.header("Access-Control-Max-Age") == "600");
    BOOST_TEST(answer.header("Content-Length").empty());
    BOOST_TEST(!answer.closes());
  }
  const std::string one = secrets_path + "01890000-0000-7000-8000-000000000000";
  BOOST_TEST(preflight(one, "PATCH", app).header("Access-Control-Allow-Methods") == "GET, HEAD, PATCH, DELETE");
  const Answer unknown = preflight("/nowhere", "PUT", app);
  REQUIRE_STATUS(unknown, 204);
  check_readable(unknown, app);
}

BOOST_AUTO_TEST_CASE(other_origins_get_nothing) {
  for (const std::string origin : {"https://evil.example", "null", "https://app.example.org.evil.example",
                                   "http://app.example.org", "https://app.example.org:8443"}) {
    BOOST_TEST_CONTEXT(origin) {
      const Answer refused = preflight(secrets_path, "POST", origin);
      REQUIRE_STATUS(refused, 405);
      check_unreadable(refused);
      const Answer answer = from(origin, "GET", secrets_path);
      REQUIRE_STATUS(answer, 200);
      check_unreadable(answer);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_answer_can_be_read_errors_too) {
  struct Case {
    const char* method;
    std::string path;
    std::string body;
    int status;
  };
  for (const auto& [method, path, body, status] :
       std::vector<Case>{{"GET", secrets_path, "", 200},
                         {"GET", "/healthz", "", 200},
                         {"GET", "/nowhere", "", 404},
                         {"GET", secrets_path + "x", "", 422},
                         {"DELETE", secrets_path, "", 405},
                         {"POST", secrets_path, "{", 422},
                         {"POST", secrets_path, std::string(100'000, ' '), 413},
                         {"GET", "/" + std::string(17'000, 'a'), "", 414},
                         {"GET", "/api/../healthz", "", 400}}) {
    BOOST_TEST_CONTEXT(method << ' ' << path.substr(0, 40)) {
      const Answer answer = from(app, method, path, body);
      BOOST_TEST(answer.status == status);
      check_readable(answer, app);
    }
  }
  const Answer large =
      pages().tenant.api.request("GET", secrets_path, {}, {{"Origin", app}, {"X", std::string(33'000, 'x')}});
  REQUIRE_STATUS(large, 431);
  check_readable(large, app);
  const Answer unnamed = pages().tenant.api.request("GET", secrets_path, {}, {{"Origin", app}, {"a b", "c"}});
  REQUIRE_STATUS(unnamed, 400);
  check_readable(unnamed, app);
  const Answer twice = pages().tenant.api.request("GET", secrets_path, {}, {{"Origin", app}, {"Origin", app}});
  REQUIRE_STATUS(twice, 400);
  check_unreadable(twice);
  const Answer unknown = HttpsClient(pages().server.api_client()).request("GET", secrets_path, {{"Origin", app}});
  REQUIRE_STATUS(unknown, 401);
  check_readable(unknown, app);
}

BOOST_AUTO_TEST_CASE(a_streamed_answer_can_be_read) {
  Pages& served = pages();
  Tenant tenant(served.deployment, served.server);
  for (int part = 0; part < 4; ++part) {
    json::array secrets;
    for (int i = 0; i < 64; ++i) {
      secrets.push_back({{"secret_name", std::to_string(part * 64 + i)}, {"secret_value", "12345678"}});
    }
    REQUIRE_STATUS(tenant.api.post(secrets_path + "batch", {{"secrets", secrets}}), 200);
  }
  const Answer answer = tenant.api.request("GET", secrets_path, {}, {{"Origin", app}});
  REQUIRE_STATUS(answer, 200);
  BOOST_TEST(answer.header("Transfer-Encoding") == "chunked");
  check_readable(answer, app);
}

BOOST_AUTO_TEST_CASE(the_tool_plane_is_not_for_pages) {
  HttpsClient client(pages().server.tools_client());
  check_unreadable(client.request("GET", "/healthz", {{"Origin", app}}));
  const Answer refused =
      client.request("OPTIONS", "/tool/v1/resolve", {{"Origin", app}, {"Access-Control-Request-Method", "POST"}});
  REQUIRE_STATUS(refused, 405);
  check_unreadable(refused);
}

BOOST_AUTO_TEST_CASE(without_the_setting_no_page_may) {
  Tenant tenant = new_tenant();
  check_unreadable(tenant.api.request("GET", secrets_path, {}, {{"Origin", app}}));
  const Answer refused =
      tenant.api.request("OPTIONS", secrets_path, {}, {{"Origin", app}, {"Access-Control-Request-Method", "GET"}});
  REQUIRE_STATUS(refused, 405);
  check_unreadable(refused);
}

BOOST_AUTO_TEST_CASE(a_reload_changes_the_origins) {
  Deployment deployment;
  Server server(deployment);
  Tenant tenant(deployment, server);
  const auto allowed = [&] {
    return tenant.api.request("GET", secrets_path, {}, {{"Origin", app}}).header("Access-Control-Allow-Origin");
  };
  BOOST_TEST(allowed().empty());
  deployment.configure({{"cors-origins", app}});
  succeed(deployment, {"reload"});
  BOOST_TEST(allowed() == app);
  deployment.configure({{"cors-origins", ""}});
  succeed(deployment, {"reload"});
  BOOST_TEST(allowed().empty());
}

BOOST_AUTO_TEST_SUITE_END()
