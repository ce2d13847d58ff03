// Introspection against a test issuer.
#include "auth/issuers/introspection.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>

#include "test/unit/auth/issuers/issuers_fixture.hpp"

using namespace tacit;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using test::ask_on_threads;
using test::eventually;
using test::IssuerReply;

namespace {

constexpr const char* active = R"({"active":true,"sub":"somebody","aud":"https://tacit.example.org","scope":"read"})";

struct IntrospectionFixture : test::IssuersFixture {
  IntrospectionFixture() {
    config.keys = auth::IssuerConfig::Keys::none;
    config.introspection = auth::IssuerConfig::Introspection::url;
    config.introspection_url = server.url("/introspect");
    config.client_id = "tacit client";
    config.client_secret = std::make_shared<const crypto::WipedBytes>(crypto::as_bytes("a:b c\xc3\xa9"));
    answer(active);
  }
  void answer(const std::string& body, std::chrono::milliseconds delay = 0ms) {
    IssuerReply reply;
    reply.body = body;
    reply.delay = delay;
    server.serve("/introspect", reply);
  }
  static auth::IntrospectionAnswer ask(const auth::Issuers& issuers, std::string_view token = "token") {
    return test::run(first(issuers).introspect(token));
  }
  int calls() const { return server.requests("/introspect"); }
};

asio::awaitable<void> ask_about(auth::Issuer& issuer, std::string token, std::atomic<int>& good,
                                std::atomic<int>& unreachable) {
  const auto thread = std::this_thread::get_id();
  const auto answer = co_await issuer.introspect(token);
  if (std::this_thread::get_id() != thread) std::terminate();
  if (answer.has_value()) ++good;
  if (answer.has_error() && answer.error() == auth::Refusal::issuer_unreachable) ++unreachable;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(introspection)

BOOST_AUTO_TEST_CASE(credentials_are_form_encoded_before_they_are_joined) {
  // base64 of "a%20b:c%3Ad%25%2B%C3%A9"
  BOOST_TEST(auth::basic_credentials("a b", "c:d%+\xc3\xa9").text() == "Basic YSUyMGI6YyUzQWQlMjUlMkIlQzMlQTk=");
  BOOST_TEST(auth::basic_credentials("", "").text() == "Basic Og==");
  BOOST_TEST(auth::basic_credentials("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw").text() ==
             "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");  // RFC 6749 section 2.3.1
}

BOOST_AUTO_TEST_CASE(a_token_cannot_leave_its_field) {
  BOOST_TEST(auth::introspection_form("a-b.c_d~e/+=").text() ==
             "token=a-b.c_d%7Ee%2F%2B%3D&token_type_hint=access_token");
  BOOST_TEST(auth::introspection_form("x&client_id=y\r\n").text() ==
             "token=x%26client_id%3Dy%0D%0A&token_type_hint=access_token");
}

BOOST_FIXTURE_TEST_CASE(the_issuer_is_asked_as_the_standard_says, IntrospectionFixture) {
  std::atomic<bool> right{false};
  server.serve("/introspect", [&](const test::IssuerRequest& request) {
    right = request.method == "POST" && request.content_type == "application/x-www-form-urlencoded" &&
            request.authorization == auth::basic_credentials("tacit client", "a:b c\xc3\xa9").text() &&
            request.body == "token=opaque%2Ftoken&token_type_hint=access_token";
    IssuerReply reply;
    reply.body = active;
    return reply;
  });
  const auto issuers = start();
  const auto answer = ask(*issuers, "opaque/token");
  BOOST_TEST(right);
  BOOST_TEST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->principal.actor.find("somebody") != std::string::npos);
  BOOST_TEST((answer->principal.scopes == store::Scope::secrets_read));
}

BOOST_FIXTURE_TEST_CASE(the_endpoint_is_found_by_discovery, IntrospectionFixture) {
  config.introspection = auth::IssuerConfig::Introspection::discovery;
  const auto issuers = start();
  BOOST_TEST(ask(*issuers).has_value());  // waits for the fetch of the metadata
  BOOST_TEST(server.requests("/.well-known/openid-configuration") == 1);
}

BOOST_FIXTURE_TEST_CASE(without_an_endpoint_nothing_can_be_asked, IntrospectionFixture) {
  config.introspection = auth::IssuerConfig::Introspection::discovery;
  IssuerReply metadata;
  metadata.body = R"({"issuer":")" + server.url() + "\"}";
  server.serve("/.well-known/openid-configuration", metadata);
  const auto issuers = start();
  BOOST_TEST((ask(*issuers).error() == auth::Refusal::issuer_unreachable));
  BOOST_TEST(events.count("introspection endpoint is not known") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_grant_is_remembered, IntrospectionFixture) {
  const auto issuers = start();
  for (int i = 0; i < 3; ++i) BOOST_TEST(ask(*issuers).has_value());
  BOOST_TEST(calls() == 1);
  BOOST_TEST(ask(*issuers, "other").has_value());
  BOOST_TEST(calls() == 2);
  BOOST_TEST(server.connections() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_is_remembered, IntrospectionFixture) {
  answer(R"({"active":false})");
  const auto issuers = start();
  for (int i = 0; i < 3; ++i) BOOST_TEST((ask(*issuers).error() == auth::Refusal::inactive));
  BOOST_TEST(calls() == 1);
  answer(R"({"active":true,"sub":"somebody","aud":"https://elsewhere.example.org"})");
  for (int i = 0; i < 3; ++i) BOOST_TEST((ask(*issuers, "b").error() == auth::Refusal::wrong_audience));
  BOOST_TEST(calls() == 2);
  BOOST_TEST(events.all().empty());
}

BOOST_FIXTURE_TEST_CASE(without_a_cache_every_question_is_a_call, IntrospectionFixture) {
  config.introspection_cache = 0s;
  const auto issuers = start();
  for (int i = 0; i < 3; ++i) BOOST_TEST(ask(*issuers).has_value());
  BOOST_TEST(calls() == 3);
}

BOOST_FIXTURE_TEST_CASE(a_token_past_its_exp_is_asked_for_again, IntrospectionFixture) {
  config.introspection_cache = 3600s;
  config.leeway = 60s;
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  // Valid within the leeway, but not cached.
  answer(R"({"active":true,"sub":"somebody","aud":"https://tacit.example.org","exp":)" +
         std::to_string(now.count() - 1) + "}");
  const auto issuers = start();
  for (int i = 0; i < 2; ++i) BOOST_TEST(ask(*issuers).has_value());
  BOOST_TEST(calls() == 2);
}

BOOST_FIXTURE_TEST_CASE(questions_about_one_token_share_a_call, IntrospectionFixture) {
  answer(active, 200ms);
  const auto issuers = start();
  std::atomic<int> good{0};
  std::atomic<int> unreachable{0};
  ask_on_threads(4, 25, [&] { return ask_about(first(*issuers), "token", good, unreachable); });
  BOOST_TEST(good == 100);
  BOOST_TEST(calls() == 1);
}

BOOST_FIXTURE_TEST_CASE(many_tokens_are_asked_about_at_once_on_few_connections, IntrospectionFixture) {
  const auto issuers = start();
  std::atomic<int> good{0};
  std::atomic<int> unreachable{0};
  std::atomic<int> number{0};
  ask_on_threads(4, 50,
                 [&] { return ask_about(first(*issuers), "token-" + std::to_string(++number), good, unreachable); });
  BOOST_TEST(good == 200);
  BOOST_TEST(calls() == 200);
  BOOST_TEST(server.connections() <= 16);
}

BOOST_FIXTURE_TEST_CASE(an_issuer_that_is_down_is_reported_once, IntrospectionFixture) {
  server.set_down(true);
  const auto issuers = start();
  for (int i = 0; i < 3; ++i) BOOST_TEST((ask(*issuers).error() == auth::Refusal::issuer_unreachable));
  BOOST_TEST(events.count("introspection ") == 1);
  server.set_down(false);
  BOOST_TEST(ask(*issuers).has_value());
}

BOOST_FIXTURE_TEST_CASE(invalid_answers_give_no_verdict, IntrospectionFixture) {
  terms.event_every = 0ms;
  const auto issuers = start();
  for (const char* body : {"", "[]", "{}", "null", R"({"active":"true"})", R"({"active":1})",
                           R"({"active":false,"active":true,"sub":"x"})", R"({"active":true)", "<html></html>"}) {
    answer(body);
    BOOST_TEST_CONTEXT(body) { BOOST_TEST((ask(*issuers).error() == auth::Refusal::issuer_unreachable)); }
  }
  BOOST_TEST(events.count("not a JSON object with a boolean") == 9);
  answer(std::string(64 * 1024 + 1, ' '));
  BOOST_TEST((ask(*issuers).error() == auth::Refusal::issuer_unreachable));
  BOOST_TEST(events.count("too large") == 1);
  for (const unsigned status : {400U, 403U, 500U, 503U}) {
    IssuerReply reply;
    reply.status = status;
    reply.body = active;
    server.serve("/introspect", reply);
    BOOST_TEST((ask(*issuers).error() == auth::Refusal::issuer_unreachable));
    BOOST_TEST(events.count("status " + std::to_string(status)) == 1);
  }
}

BOOST_FIXTURE_TEST_CASE(a_text_that_cannot_be_a_token_causes_no_call, IntrospectionFixture) {
  const auto issuers = start();
  BOOST_TEST((ask(*issuers, "").error() == auth::Refusal::malformed));
  BOOST_TEST((ask(*issuers, std::string(auth::max_token_size + 1, 'x')).error() == auth::Refusal::too_large));
  BOOST_TEST(calls() == 0);
  BOOST_TEST(ask(*issuers, std::string(auth::max_token_size, 'x')).has_value());
}

BOOST_FIXTURE_TEST_CASE(refused_client_credentials_are_reported, IntrospectionFixture) {
  IssuerReply reply;
  reply.status = 401;
  reply.fields = "WWW-Authenticate: Basic realm=\"x\"\r\n";
  server.serve("/introspect", reply);
  const auto issuers = start();
  BOOST_TEST((ask(*issuers).error() == auth::Refusal::issuer_unreachable));
  BOOST_TEST(events.count("does not accept our client id and secret") == 1);
}

BOOST_FIXTURE_TEST_CASE(a_slow_issuer_counts_as_unreachable_in_time, IntrospectionFixture) {
  config.fetch_timeout = 100ms;
  answer(active, 1h);
  const auto issuers = start();
  const auto before = std::chrono::steady_clock::now();
  BOOST_TEST((ask(*issuers).error() == auth::Refusal::issuer_unreachable));
  BOOST_TEST((std::chrono::steady_clock::now() - before < 5s));
  BOOST_TEST(eventually([&] { return events.count("in time") == 1; }));
}

BOOST_FIXTURE_TEST_CASE(the_end_answers_waiting_callers, IntrospectionFixture) {
  config.fetch_timeout = 1h;
  answer(active, 1h);
  auto issuers = start();
  std::atomic<int> waiting{0};
  std::atomic<int> number{0};
  std::atomic<int> good{0};
  std::atomic<int> unreachable{0};
  auth::Issuer& issuer = first(*issuers);
  const auto ask_another = [&] { return ask_about(issuer, "token-" + std::to_string(++number), good, unreachable); };
  std::thread askers([&] { ask_on_threads(3, 20, ask_another, &waiting); });
  BOOST_TEST(eventually([&] { return waiting == 3 && calls() == 16; }));
  issuers.reset();
  askers.join();
  BOOST_TEST(unreachable == 60);
}

BOOST_AUTO_TEST_SUITE_END()
