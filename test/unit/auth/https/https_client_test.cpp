// Requests of the HTTPS client, and where they go.
#include <boost/test/unit_test.hpp>

#include <string>

#include "test/unit/auth/https/https_client_fixture.hpp"

using namespace tacit;
using test::body_limit;
using test::HttpsClientFixture;
using test::IssuerReply;
using test::says;
using test::url_of;

BOOST_AUTO_TEST_SUITE(https_client)

BOOST_FIXTURE_TEST_CASE(a_document_is_fetched, HttpsClientFixture) {
  server.serve("/x?y=1", [](const test::IssuerRequest& request) {
    IssuerReply reply;
    reply.body = request.method + request.authorization + request.body;
    reply.fields = "Cache-Control: public\r\nAge: 7\r\nCache-Control: max-age=60\r\n";
    return reply;
  });
  const auto outcome = get(server.url("/x?y=1"));
  BOOST_TEST_REQUIRE(outcome.has_value());
  BOOST_TEST(outcome->body.text() == "GET");
  BOOST_TEST(outcome->cache_control == "public, max-age=60");
  BOOST_TEST(outcome->age == "7");
}

BOOST_FIXTURE_TEST_CASE(a_form_is_posted, HttpsClientFixture) {
  server.serve("/x", [](const test::IssuerRequest& request) {
    IssuerReply reply;
    reply.body = request.method + "|" + request.authorization + "|" + request.content_type + "|" + request.body;
    return reply;
  });
  const auto outcome = post(server.url("/x"), "token=t&token_type_hint=access_token");
  BOOST_TEST_REQUIRE(outcome.has_value());
  BOOST_TEST(outcome->body.text() ==
             "POST|Basic eDp5|application/x-www-form-urlencoded|token=t&token_type_hint=access_token");
}

BOOST_FIXTURE_TEST_CASE(a_host_is_found_by_its_name, HttpsClientFixture) {
  server.serve("/x", IssuerReply{});
  const auto outcome = get("https://localhost:" + std::to_string(server.port()) + "/x");
  BOOST_TEST_REQUIRE(outcome.has_value());
}

BOOST_AUTO_TEST_CASE(requests_have_these_fields) {
  const auto get = auth::make_get(url_of("https://[::1]:8443/keys?a=b"), body_limit);
  BOOST_TEST(get.message.text() ==
             "GET /keys?a=b HTTP/1.1\r\nHost: [::1]:8443\r\nUser-Agent: tacit/" TACIT_VERSION
             "\r\nAccept: application/json, application/jwk-set+json\r\nConnection: close\r\n\r\n");
  const auto post = auth::make_form_post(url_of("https://id.example.org/i"), "Basic eDp5", "a=b", body_limit);
  BOOST_TEST(post.message.text() == "POST /i HTTP/1.1\r\nHost: id.example.org\r\nUser-Agent: tacit/" TACIT_VERSION
                                    "\r\nAccept: application/json\r\nAuthorization: Basic eDp5\r\nContent-Type: "
                                    "application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b");
}

BOOST_FIXTURE_TEST_CASE(redirects_and_other_statuses_are_errors, HttpsClientFixture) {
  IssuerReply reply;
  reply.fields = "Location: " + server.url("/y") + "\r\n";
  for (const unsigned status : {301U, 302U, 307U, 308U}) {
    reply.status = status;
    BOOST_TEST(says(fault(reply), "redirect"));
  }
  BOOST_TEST(server.requests("/y") == 0);
  for (const unsigned status : {201U, 204U, 401U, 404U, 500U}) {
    reply.status = status;
    BOOST_TEST(says(fault(reply), "status " + std::to_string(status)));
  }
  BOOST_TEST(get(server.url("/nowhere")).error().status == 404U);
}

BOOST_AUTO_TEST_SUITE_END()
