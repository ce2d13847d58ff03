// The HTTPS client against correct, faulty and slow servers.
#include "auth/https/https_client.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include "test/unit/auth/awaitable_fixture.hpp"
#include "test/unit/auth/https/issuer_server_fixture.hpp"

using namespace tacit;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::IssuerReply;
using test::IssuerServer;

namespace {

constexpr std::size_t body_limit = 64 * 1024;

std::shared_ptr<const auth::TlsTrust> trust_in(const std::filesystem::path& ca) {
  auto trust = auth::TlsTrust::load(ca);
  BOOST_TEST_REQUIRE(trust.has_value());
  return *trust;
}

std::shared_ptr<const auth::TlsTrust> test_trust() {
  return trust_in(test::test_certificates().authority.certificate());
}

auth::HttpsUrl url_of(const std::string& text) {
  auto url = auth::parse_https_url(text);
  BOOST_TEST_REQUIRE(url.has_value());
  return *url;
}

struct ClientFixture {
  auth::HttpsClient::Outcome get(const std::string& url, std::chrono::milliseconds patience = 10s) {
    return test::run_on(context, client.send(auth::make_get(url_of(url), body_limit), in(patience)));
  }
  auth::HttpsClient::Outcome post(const std::string& url, std::string_view form = "a=b") {
    return test::run_on(context,
                        client.send(auth::make_form_post(url_of(url), "Basic eDp5", form, body_limit), in(10s)));
  }
  /// The fault of the server's response.
  std::string fault(IssuerReply reply, std::chrono::milliseconds patience = 10s) {
    server.serve("/x", std::move(reply));
    const auto outcome = get(server.url("/x"), patience);
    BOOST_TEST_REQUIRE(outcome.has_error());
    return outcome.error().message;
  }
  static auth::HttpsClient::Time in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

  IssuerServer server;
  asio::io_context context{1};
  auth::HttpsClient::Limits limits;
  auth::HttpsClient client{context.get_executor(), test_trust(), limits};
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

asio::awaitable<int> many(auth::HttpsClient& client, std::string url, int count) {
  int ended = 0;
  int good = 0;
  for (int i = 0; i < count; ++i) {
    auth::HttpsRequest request = auth::make_form_post(url_of(url), "Basic eDp5", "a=b", body_limit);
    asio::co_spawn(co_await asio::this_coro::executor, client.send(std::move(request), ClientFixture::in(10s)),
                   [&](const std::exception_ptr&, const auth::HttpsClient::Outcome& outcome) {
                     ++ended;
                     good += outcome.has_value();
                   });
  }
  while (ended < count) co_await asio::post(asio::use_awaitable);
  co_return good;
}

/// Listens without accepting: the kernel completes connections, and no byte is ever sent on them.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    BOOST_TEST_REQUIRE(::bind(socket_, any, size) == 0);
    BOOST_TEST_REQUIRE(::listen(socket_, 8) == 0);
    BOOST_TEST_REQUIRE(::getsockname(socket_, any, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(socket_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(https_client)

BOOST_FIXTURE_TEST_CASE(a_document_is_fetched, ClientFixture) {
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

BOOST_FIXTURE_TEST_CASE(a_form_is_posted, ClientFixture) {
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

BOOST_FIXTURE_TEST_CASE(a_host_is_found_by_its_name, ClientFixture) {
  server.serve("/x", IssuerReply{});
  const auto outcome = get("https://localhost:" + std::to_string(server.port()) + "/x");
  BOOST_TEST_REQUIRE(outcome.has_value());
}

BOOST_FIXTURE_TEST_CASE(an_unknown_authority_is_refused, ClientFixture) {
  IssuerServer other(test::test_certificates().unknown_authority);
  const auto outcome = get(other.url("/x"));
  BOOST_TEST_REQUIRE(outcome.has_error());
  BOOST_TEST(contains(outcome.error().message, "its certificate is not accepted: "));
  BOOST_TEST(other.requests("/x") == 0);
}

BOOST_FIXTURE_TEST_CASE(an_expired_certificate_is_refused, ClientFixture) {
  IssuerServer other(test::test_certificates().expired);
  const auto outcome = get(other.url("/x"));
  BOOST_TEST_REQUIRE(outcome.has_error());
  BOOST_TEST(contains(outcome.error().message, "its certificate is not accepted: it, or one above it, has expired"));
}

BOOST_FIXTURE_TEST_CASE(a_certificate_for_another_host_or_address_is_refused, ClientFixture) {
  IssuerServer other(test::test_certificates().other_host);
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    const auto outcome = get("https://" + host + ":" + std::to_string(other.port()) + "/x");
    BOOST_TEST_REQUIRE(outcome.has_error());
    BOOST_TEST(contains(outcome.error().message, "its certificate is not accepted: it is for another "));
  }
  BOOST_TEST(other.requests("/x") == 0);
}

BOOST_FIXTURE_TEST_CASE(an_old_protocol_is_refused, ClientFixture) {
  IssuerServer other(test::test_certificates().good, TLS1_1_VERSION);
  const auto outcome = get(other.url("/x"));
  BOOST_TEST_REQUIRE(outcome.has_error());
  BOOST_TEST(contains(outcome.error().message, "TLS handshake failed"));
}

BOOST_FIXTURE_TEST_CASE(tls_1_2_is_accepted, ClientFixture) {
  IssuerServer other(test::test_certificates().good, TLS1_2_VERSION);
  other.serve("/x", IssuerReply{});
  BOOST_TEST(get(other.url("/x")).has_value());
}

BOOST_AUTO_TEST_CASE(authorities_that_cannot_be_read_are_an_error) {
  BOOST_TEST(auth::TlsTrust::load("/nonexistent/ca.pem").has_error());
  BOOST_TEST(auth::TlsTrust::load(test::test_certificates().good.key).has_error());
  BOOST_TEST(auth::TlsTrust::load("").has_value());
}

BOOST_FIXTURE_TEST_CASE(redirects_and_other_statuses_are_errors, ClientFixture) {
  IssuerReply reply;
  reply.fields = "Location: " + server.url("/y") + "\r\n";
  for (const unsigned status : {301U, 302U, 307U, 308U}) {
    reply.status = status;
    BOOST_TEST(contains(fault(reply), "redirect"));
  }
  BOOST_TEST(server.requests("/y") == 0);
  for (const unsigned status : {201U, 204U, 401U, 404U, 500U}) {
    reply.status = status;
    BOOST_TEST(contains(fault(reply), "status " + std::to_string(status)));
  }
  BOOST_TEST(get(server.url("/nowhere")).error().status == 404U);
}

BOOST_FIXTURE_TEST_CASE(a_body_has_a_limit, ClientFixture) {
  IssuerReply reply;
  reply.body = std::string(body_limit, ' ');
  server.serve("/x", reply);
  BOOST_TEST(get(server.url("/x")).has_value());
  reply.body += ' ';
  BOOST_TEST(contains(fault(reply), "too large"));
  // The same without Content-Length, in one chunk and in endless chunks.
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  reply.raw = head + "10001\r\n" + std::string(body_limit + 1, ' ') + "\r\n0\r\n\r\n";
  BOOST_TEST(contains(fault(reply), "too large"));
  reply.raw = head;
  for (int i = 0; i < 70; ++i) reply.raw += "400\r\n" + std::string(1024, ' ') + "\r\n";
  BOOST_TEST(contains(fault(reply), "too large"));
  reply.raw = "HTTP/1.1 200 OK\r\n\r\n" + std::string(body_limit + 1, ' ');
  BOOST_TEST(contains(fault(reply), "too large"));
}

BOOST_FIXTURE_TEST_CASE(a_header_has_a_limit, ClientFixture) {
  IssuerReply reply;
  reply.fields = "X-Filler: " + std::string(15'000, 'x') + "\r\n";
  server.serve("/x", reply);
  BOOST_TEST(get(server.url("/x")).has_value());
  reply.fields += "X-Filler: " + std::string(2'000, 'x') + "\r\n";
  BOOST_TEST(contains(fault(reply), "header"));
  // Endless fields, each far below the limit.
  reply.raw = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 100'000; ++i) reply.raw += "X: y\r\n";
  BOOST_TEST(contains(fault(reply), "header"));
  // Endless extensions and trailers of a chunked body.
  reply.raw =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(20'000, 'x') + "\r\na\r\n0\r\n\r\n";
  BOOST_TEST(contains(fault(reply), "too large"));
  reply.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (int i = 0; i < 100'000; ++i) reply.raw += "X: y\r\n";
  BOOST_TEST(contains(fault(reply), "too large"));
}

BOOST_FIXTURE_TEST_CASE(an_answer_other_than_http_is_an_error, ClientFixture) {
  IssuerReply reply;
  for (const std::string raw :
       {"\x15\x03\x03 not at all", "{\"keys\":[]}", "HTTP/1.1 2\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"}) {
    reply.raw = raw;
    BOOST_TEST_CONTEXT(raw) { BOOST_TEST(!fault(reply).empty()); }
  }
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_breaks_off_is_an_error, ClientFixture) {
  IssuerReply reply;
  reply.body = "{\"keys\": []}";
  for (const std::size_t size : {0U, 1U, 20U, 70U, 80U}) {
    reply.break_off = size;
    BOOST_TEST_CONTEXT(size) { BOOST_TEST(contains(fault(reply), "closed the connection before")); }
  }
  // Without a length, only close_notify marks the end of the body; this server does not send it.
  reply.break_off = std::string::npos;
  reply.raw = "HTTP/1.1 200 OK\r\n\r\n{\"keys\":";
  BOOST_TEST(contains(fault(reply), "closed the connection before"));
}

BOOST_FIXTURE_TEST_CASE(only_content_types_of_json_are_accepted, ClientFixture) {
  IssuerReply reply;
  for (const char* type : {"application/json", "Application/JSON; charset=utf-8", "application/jwk-set+json",
                           "application/token-introspection+json", "text/plain", "application/octet-stream", ""}) {
    reply.content_type = type;
    server.serve("/x", reply);
    BOOST_TEST_CONTEXT(type) { BOOST_TEST(get(server.url("/x")).has_value()); }
  }
  for (const char* type : {"application/jwt", "application/token-introspection+jwt ; a=b"}) {
    reply.content_type = type;
    BOOST_TEST_CONTEXT(type) { BOOST_TEST(contains(fault(reply), "JWT")); }
  }
  for (const char* type : {"text/html", "application/xml", "x/json", "+json"}) {
    reply.content_type = type;
    BOOST_TEST_CONTEXT(type) { BOOST_TEST(contains(fault(reply), "content type")); }
  }
}

BOOST_FIXTURE_TEST_CASE(every_phase_ends_by_the_deadline, ClientFixture) {
  const auto before = std::chrono::steady_clock::now();
  IssuerReply reply;
  reply.delay = 1h;
  BOOST_TEST(fault(reply, 100ms) == "it did not answer in time");
  const SilentServer silent;
  const auto handshake = get(silent.url(), 100ms);
  BOOST_TEST_REQUIRE(handshake.has_error());
  BOOST_TEST(handshake.error().message == "the TLS handshake took too long");
  // An address reserved for documentation: no host answers, or the network reports an error immediately.
  BOOST_TEST(get("https://192.0.2.1/", 100ms).has_error());
  BOOST_TEST(get(server.url("/x"), -1ms).has_error());
  BOOST_TEST((std::chrono::steady_clock::now() - before < 5s));
}

BOOST_FIXTURE_TEST_CASE(a_closed_port_is_an_error, ClientFixture) {
  std::string url;
  {
    const SilentServer gone;
    url = gone.url();
  }
  BOOST_TEST(contains(get(url).error().message, "connecting failed"));
}

BOOST_FIXTURE_TEST_CASE(connections_are_kept_for_posts, ClientFixture) {
  server.serve("/x", IssuerReply{});
  for (int i = 0; i < 5; ++i) BOOST_TEST(post(server.url("/x")).has_value());
  BOOST_TEST(server.requests("/x") == 5);
  BOOST_TEST(server.connections() == 1);
  // A rejected response closes the connection.
  IssuerReply refused;
  refused.status = 401;
  server.serve("/x", refused);
  for (int i = 0; i < 2; ++i) BOOST_TEST(post(server.url("/x")).has_error());
  BOOST_TEST(server.connections() == 2);
}

BOOST_FIXTURE_TEST_CASE(a_closed_connection_is_reopened, ClientFixture) {
  IssuerReply reply;
  reply.close = true;
  server.serve("/x", reply);
  for (int i = 0; i < 5; ++i) BOOST_TEST(post(server.url("/x")).has_value());
  BOOST_TEST(server.requests("/x") == 5);
  BOOST_TEST(server.connections() == 5);
}

BOOST_FIXTURE_TEST_CASE(a_truncated_answer_is_not_requested_again, ClientFixture) {
  server.serve("/x", IssuerReply{});
  BOOST_TEST(post(server.url("/x")).has_value());
  IssuerReply reply;
  reply.break_off = 20;
  server.serve("/x", reply);
  BOOST_TEST(post(server.url("/x")).has_error());
  BOOST_TEST(server.requests("/x") == 2);
}

BOOST_FIXTURE_TEST_CASE(bytes_after_an_answer_close_the_connection, ClientFixture) {
  IssuerReply reply;
  reply.raw = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\"no\"";
  reply.stay = true;
  server.serve("/x", reply);
  for (int i = 0; i < 2; ++i) {
    const auto outcome = post(server.url("/x"));
    BOOST_TEST_REQUIRE(outcome.has_value());
    BOOST_TEST(outcome->body.text() == "{}");
  }
  BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(unused_connections_are_closed) {
  ClientFixture fixture;
  auth::HttpsClient::Limits limits;
  limits.most_idle = 1ms;
  auth::HttpsClient client(fixture.context.get_executor(), test_trust(), limits);
  fixture.server.serve("/x", IssuerReply{});
  for (int i = 0; i < 3; ++i) {
    auth::HttpsRequest request =
        auth::make_form_post(url_of(fixture.server.url("/x")), "Basic eDp5", "a=b", body_limit);
    BOOST_TEST(test::run_on(fixture.context, client.send(std::move(request), ClientFixture::in(10s))).has_value());
    std::this_thread::sleep_for(2ms);
  }
  BOOST_TEST(fixture.server.connections() == 3);
}

BOOST_FIXTURE_TEST_CASE(connections_at_once_are_limited_and_others_wait, ClientFixture) {
  IssuerReply reply;
  reply.delay = 10ms;
  server.serve("/x", reply);
  BOOST_TEST(test::run_on(context, many(client, server.url("/x"), 50)) == 50);
  BOOST_TEST(server.most_at_once() <= 16);
  BOOST_TEST(server.connections() == 16);
}

BOOST_AUTO_TEST_CASE(a_request_that_gets_no_connection_by_its_deadline_is_an_error) {
  IssuerServer server;
  IssuerReply slow;
  slow.delay = 1h;
  server.serve("/slow", slow);
  asio::io_context context(1);
  auth::HttpsClient::Limits limits;
  limits.connections = 1;
  auth::HttpsClient client(context.get_executor(), test_trust(), limits);
  bool held = true;
  asio::co_spawn(context,
                 client.send(auth::make_get(url_of(server.url("/slow")), body_limit), ClientFixture::in(300ms)),
                 [&](const std::exception_ptr&, const auth::HttpsClient::Outcome&) { held = false; });
  const auto outcome =
      test::run_on(context, client.send(auth::make_get(url_of(server.url("/x")), body_limit), ClientFixture::in(50ms)));
  BOOST_TEST_REQUIRE(outcome.has_error());
  BOOST_TEST(held);
  BOOST_TEST(contains(outcome.error().message, "too many"));
}

BOOST_AUTO_TEST_CASE(the_context_may_be_destroyed_in_every_phase) {
  IssuerServer server;
  IssuerReply slow;
  slow.delay = 1h;
  server.serve("/x", slow);
  const SilentServer silent;
  for (const std::string& url : {server.url("/x"), silent.url(), std::string("https://localhost/")}) {
    auto context = std::make_unique<asio::io_context>(1);
    auth::HttpsClient::Limits limits;
    limits.connections = 1;
    auto client = std::make_unique<auth::HttpsClient>(context->get_executor(), test_trust(), limits,
                                                      [](const std::string&) -> auth::NameLookup::Addresses {
                                                        std::this_thread::sleep_for(100ms);
                                                        return std::string("too late");
                                                      });
    for (int i = 0; i < 2; ++i) {
      asio::co_spawn(*context, client->send(auth::make_get(url_of(url), body_limit), ClientFixture::in(1h)),
                     [](const std::exception_ptr&, const auth::HttpsClient::Outcome&) {});
    }
    context->run_for(50ms);
    client->close();
    context.reset();
    client.reset();
  }
}

BOOST_AUTO_TEST_CASE(each_error_has_its_message) {
  const auto get = auth::make_get(url_of("https://[::1]:8443/keys?a=b"), body_limit);
  BOOST_TEST(get.message.text() ==
             "GET /keys?a=b HTTP/1.1\r\nHost: [::1]:8443\r\nUser-Agent: tacit/" TACIT_VERSION
             "\r\nAccept: application/json, application/jwk-set+json\r\nConnection: close\r\n\r\n");
  const auto post = auth::make_form_post(url_of("https://id.example.org/i"), "Basic eDp5", "a=b", body_limit);
  BOOST_TEST(post.message.text() == "POST /i HTTP/1.1\r\nHost: id.example.org\r\nUser-Agent: tacit/" TACIT_VERSION
                                    "\r\nAccept: application/json\r\nAuthorization: Basic eDp5\r\nContent-Type: "
                                    "application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b");
}

BOOST_AUTO_TEST_SUITE_END()
