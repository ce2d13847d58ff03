// Answers that the HTTPS client refuses: too large, malformed, incomplete, of another type.
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "test/unit/auth/https/https_client_fixture.hpp"

using namespace tacit;
using test::body_limit;
using test::HttpsClientFixture;
using test::IssuerReply;
using test::says;
using test::url_of;

BOOST_AUTO_TEST_SUITE(https_answers)

BOOST_FIXTURE_TEST_CASE(a_body_has_a_limit, HttpsClientFixture) {
  IssuerReply reply;
  reply.body = std::string(body_limit, ' ');
  server.serve("/x", reply);
  BOOST_TEST(get(server.url("/x")).has_value());
  reply.body += ' ';
  BOOST_TEST(says(fault(reply), "too large"));
  // The same without Content-Length, in one chunk and in endless chunks.
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  reply.raw = head + "10001\r\n" + std::string(body_limit + 1, ' ') + "\r\n0\r\n\r\n";
  BOOST_TEST(says(fault(reply), "too large"));
  reply.raw = head;
  for (int i = 0; i < 70; ++i) reply.raw += "400\r\n" + std::string(1024, ' ') + "\r\n";
  BOOST_TEST(says(fault(reply), "too large"));
  reply.raw = "HTTP/1.1 200 OK\r\n\r\n" + std::string(body_limit + 1, ' ');
  BOOST_TEST(says(fault(reply), "too large"));
}

BOOST_FIXTURE_TEST_CASE(a_header_has_a_limit, HttpsClientFixture) {
  IssuerReply reply;
  reply.fields = "X-Filler: " + std::string(15'000, 'x') + "\r\n";
  server.serve("/x", reply);
  BOOST_TEST(get(server.url("/x")).has_value());
  reply.fields += "X-Filler: " + std::string(2'000, 'x') + "\r\n";
  BOOST_TEST(says(fault(reply), "header"));
  // Endless fields, each far below the limit.
  reply.raw = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 100'000; ++i) reply.raw += "X: y\r\n";
  BOOST_TEST(says(fault(reply), "header"));
  // Endless extensions and trailers of a chunked body.
  reply.raw =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(20'000, 'x') + "\r\na\r\n0\r\n\r\n";
  BOOST_TEST(says(fault(reply), "too large"));
  reply.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (int i = 0; i < 100'000; ++i) reply.raw += "X: y\r\n";
  BOOST_TEST(says(fault(reply), "too large"));
}

BOOST_FIXTURE_TEST_CASE(an_answer_other_than_http_is_an_error, HttpsClientFixture) {
  IssuerReply reply;
  for (const std::string raw :
       {"\x15\x03\x03 not at all", "{\"keys\":[]}", "HTTP/1.1 2\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"}) {
    reply.raw = raw;
    BOOST_TEST_CONTEXT(raw) { BOOST_TEST(!fault(reply).empty()); }
  }
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_breaks_off_is_an_error, HttpsClientFixture) {
  IssuerReply reply;
  reply.body = "{\"keys\": []}";
  for (const std::size_t size : {0U, 1U, 20U, 70U, 80U}) {
    reply.break_off = size;
    BOOST_TEST_CONTEXT(size) { BOOST_TEST(says(fault(reply), "closed the connection before")); }
  }
  // Without a length, only close_notify marks the end of the body; this server does not send it.
  reply.break_off = std::string::npos;
  reply.raw = "HTTP/1.1 200 OK\r\n\r\n{\"keys\":";
  BOOST_TEST(says(fault(reply), "closed the connection before"));
}

BOOST_FIXTURE_TEST_CASE(only_content_types_of_json_are_accepted, HttpsClientFixture) {
  IssuerReply reply;
  for (const char* type : {"application/json", "Application/JSON; charset=utf-8", "application/jwk-set+json",
                           "application/token-introspection+json", "text/plain", "application/octet-stream", ""}) {
    reply.content_type = type;
    server.serve("/x", reply);
    BOOST_TEST_CONTEXT(type) { BOOST_TEST(get(server.url("/x")).has_value()); }
  }
  for (const char* type : {"application/jwt", "application/token-introspection+jwt ; a=b"}) {
    reply.content_type = type;
    BOOST_TEST_CONTEXT(type) { BOOST_TEST(says(fault(reply), "JWT")); }
  }
  for (const char* type : {"text/html", "application/xml", "x/json", "+json"}) {
    reply.content_type = type;
    BOOST_TEST_CONTEXT(type) { BOOST_TEST(says(fault(reply), "content type")); }
  }
}

BOOST_FIXTURE_TEST_CASE(a_json_request_accepts_every_status_but_a_redirect, HttpsClientFixture) {
  test::IssuerRequest seen;
  IssuerReply reply;
  reply.status = 422;
  reply.body = R"({"detail":[]})";
  reply.fields = "ETag: \"1\"\r\nRetry-After: 7\r\nIdempotency-Replayed: true\r\n";
  server.serve("/x", [&](const test::IssuerRequest& request) {
    seen = request;
    return reply;
  });
  const auto patch = [&] {
    const std::array fields{auth::HttpsField{"Authorization", "Bearer y"}};
    auto request = auth::make_json_request("PATCH", url_of(server.url("/x")), fields, R"({"a":1})", body_limit);
    return test::run_on(context, client.send(std::move(request), in(std::chrono::seconds(10))));
  };
  const auto outcome = patch();
  BOOST_TEST_REQUIRE(outcome.has_value());
  BOOST_TEST(outcome->status == 422U);
  BOOST_TEST(outcome->body.text() == reply.body);
  BOOST_TEST(outcome->entity_tag == "\"1\"");
  BOOST_TEST(outcome->retry_after == "7");
  BOOST_TEST(outcome->replayed);
  BOOST_TEST(seen.method == "PATCH");
  BOOST_TEST(seen.authorization == "Bearer y");
  BOOST_TEST(seen.content_type == "application/json");
  BOOST_TEST(seen.body == R"({"a":1})");
  reply.status = 307;
  const auto redirected = patch();
  BOOST_TEST_REQUIRE(redirected.has_error());
  BOOST_TEST(says(redirected.error().message, "redirect"));
  BOOST_TEST(redirected.error().sent);
  reply.status = 502;
  reply.content_type = "text/html";
  BOOST_TEST(patch().error().status == 502U);
}

BOOST_AUTO_TEST_SUITE_END()
