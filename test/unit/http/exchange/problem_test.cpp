// Every problem's status, body and header lines.
#include <boost/test/unit_test.hpp>

#include <boost/json/parse.hpp>

#include "http/exchange/problem.hpp"
#include "http/exchange/reason_phrase.hpp"
#include "http/json/faults.hpp"
#include "test/unit/http/exchange/exchange_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;

namespace {

struct Expected {
  Problem problem;
  unsigned status;
  bool close = false;
  std::string headers{};
};

Route route_without_credential(Method method, std::uint32_t body_limit) {
  return {.method = method,
          .path = "/",
          .scope = store::Scope::none,
          .authenticated = false,
          .body_limit = body_limit,
          .handler = nullptr};
}

const std::vector<Expected> table{
    {Problem::malformed_request, 400, true},
    {Problem::plain_http, 400, true},
    {Problem::condition_unused, 400},
    {Problem::condition_malformed, 400},
    {Problem::idempotency_key_unused, 400},
    {Problem::idempotency_key_malformed, 400},
    {Problem::credential_missing, 401, false, "WWW-Authenticate: Bearer realm=\"tacit\"\r\n"},
    {Problem::user_token_missing, 401, false, "WWW-Authenticate: Bearer realm=\"tacit\"\r\n"},
    {Problem::credential_invalid, 401, false, "WWW-Authenticate: Bearer realm=\"tacit\", error=\"invalid_token\"\r\n"},
    {Problem::token_too_large, 401, false, "WWW-Authenticate: Bearer realm=\"tacit\", error=\"invalid_token\"\r\n"},
    {Problem::scope_missing, 403},
    {Problem::tool_not_granted, 403},
    {Problem::certificate_refused, 403, true},
    {Problem::secret_not_allowed, 403},
    {Problem::other_user, 403},
    {Problem::api_key_outlives, 403},
    {Problem::path_unknown, 404},
    {Problem::not_found, 404},
    {Problem::method_not_allowed, 405},
    {Problem::name_taken, 409},
    {Problem::default_taken, 409},
    {Problem::changed_meanwhile, 409},
    {Problem::too_many_api_keys, 409},
    {Problem::version_rebound, 409},
    {Problem::version_current, 409},
    {Problem::precondition_failed, 412},
    {Problem::body_too_large, 413, true},
    {Problem::quota_exceeded, 413},
    {Problem::too_many_secrets, 413},
    {Problem::target_too_long, 414, true},
    {Problem::not_json, 415},
    {Problem::body_encoded, 415, false, "Accept-Encoding: identity\r\n"},
    {Problem::body_compressed, 415, false, "Accept-Encoding: identity\r\n"},
    {Problem::body_not_utf8, 415},
    {Problem::expectation_unknown, 417},
    {Problem::tenant_throttled, 429},
    {Problem::guessing_throttled, 429},
    {Problem::asking_throttled, 429},
    {Problem::reported_too_soon, 429, false, "Retry-After: 60\r\n"},
    {Problem::header_too_large, 431, true},
    {Problem::internal, 500},
    {Problem::integrity, 500},
    {Problem::change_too_large, 500},
    {Problem::overloaded, 503, false, "Retry-After: 1\r\n"},
    {Problem::memory_short, 503, false, "Retry-After: 1\r\n"},
    {Problem::draining, 503, false, "Retry-After: 1\r\n"},
    {Problem::store_unavailable, 503, false, "Retry-After: 1\r\n"},
    {Problem::no_prekeys, 503, false, "Retry-After: 1\r\n"},
    {Problem::issuer_unreachable, 503, false, "Retry-After: 1\r\n"},
    {Problem::store_full, 507},
};

std::string sentence(std::string_view body) {
  const boost::json::value answer = boost::json::parse({body.data(), body.size()});
  BOOST_TEST(answer.as_object().size() == 1U);
  return std::string(answer.at("detail").as_string());
}

store::Failure failure(store::Errc code) {
  store::Failure result;
  result.code = code;
  return result;
}

unsigned status_of(store::Errc code) {
  ExchangeFixture fixture;
  answer(fixture.exchange, failure(code));
  return fixture.exchange.response.status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(problem)

BOOST_AUTO_TEST_CASE(every_problem) {
  BOOST_TEST(table.size() == static_cast<std::size_t>(Problem::store_full) + 1);
  for (const Expected& expected : table) {
    ExchangeFixture fixture;
    fixture.exchange.response.body.append("what was there before");
    answer(fixture.exchange, expected.problem);
    BOOST_TEST_CONTEXT(static_cast<int>(expected.problem)) {
      BOOST_TEST(fixture.exchange.response.status == expected.status);
      BOOST_TEST(fixture.exchange.response.close == expected.close);
      BOOST_TEST(fixture.exchange.response.headers == expected.headers);
      const std::string text = sentence(fixture.answer_body());
      BOOST_TEST(text.ends_with("."));
      BOOST_TEST((text.find("req-1") != std::string::npos) == (expected.status == 500));
      BOOST_TEST(reason_phrase(expected.status) != "Unknown");
    }
  }
}

BOOST_AUTO_TEST_CASE(existing_header_lines_stay) {
  ExchangeFixture fixture;
  fixture.exchange.response.headers = "Allow: GET\r\n";
  answer(fixture.exchange, Problem::overloaded);
  BOOST_TEST(fixture.exchange.response.headers == "Allow: GET\r\nRetry-After: 1\r\n");
}

BOOST_AUTO_TEST_CASE(a_problem_replaces_a_begun_answer) {
  ExchangeFixture fixture;
  Response& response = fixture.exchange.response;
  response.body.append("half an answer");
  response.content_type = "text/plain";
  response.close = true;
  answer(fixture.exchange, Problem::not_found);
  BOOST_TEST(response.status == 404U);
  BOOST_TEST(response.content_type == "application/json");
  BOOST_TEST(response.close);
  BOOST_TEST(response.body.text().starts_with("{\"detail\""));
  response.drop();
  BOOST_TEST(response.status == 200U);
  BOOST_TEST(!response.close);
  BOOST_TEST(response.body.empty());
}

BOOST_AUTO_TEST_CASE(a_request_id_cannot_break_the_body) {
  ExchangeFixture fixture;
  fixture.exchange.request_id = "\"},\\";
  answer(fixture.exchange, Problem::internal);
  BOOST_TEST(sentence(fixture.answer_body()).find("\"},\\") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(failures_of_the_store) {
  using store::Errc;
  BOOST_TEST(status_of(Errc::not_found) == 404U);
  BOOST_TEST(status_of(Errc::name_taken) == 409U);
  BOOST_TEST(status_of(Errc::default_taken) == 409U);
  BOOST_TEST(status_of(Errc::default_unbound) == 422U);
  BOOST_TEST(status_of(Errc::quota_exceeded) == 413U);
  BOOST_TEST(status_of(Errc::not_allowed) == 403U);
  BOOST_TEST(status_of(Errc::integrity) == 500U);
  BOOST_TEST(status_of(Errc::conflict) == 409U);
  BOOST_TEST(status_of(Errc::overloaded) == 503U);
  BOOST_TEST(status_of(Errc::full) == 507U);
  BOOST_TEST(status_of(Errc::unavailable) == 503U);
  BOOST_TEST(status_of(Errc::too_many_arguments) == 422U);
  BOOST_TEST(status_of(Errc::too_many_bytes) == 422U);
  BOOST_TEST(status_of(Errc::precondition_failed) == 412U);
  BOOST_TEST(status_of(Errc::key_reused) == 422U);
  BOOST_TEST(status_of(Errc::version_rebound) == 409U);
  BOOST_TEST(status_of(Errc::version_current) == 409U);
  BOOST_TEST(status_of(Errc::too_soon) == 429U);
  BOOST_TEST(status_of(Errc::too_many_api_keys) == 409U);
  BOOST_TEST(status_of(Errc::too_many_secrets) == 413U);
  BOOST_TEST(status_of(Errc::scope_lacking) == 403U);
  BOOST_TEST(status_of(Errc::outlives) == 403U);
  BOOST_TEST(status_of(Errc::no_prekeys) == 503U);
  BOOST_TEST(status_of(Errc::value_needed) == 422U);
  BOOST_TEST(status_of(Errc::too_large) == 500U);
}

BOOST_AUTO_TEST_CASE(a_missing_scope_is_named) {
  const Route route{.method = Method::post,
                    .path = "/",
                    .scope = store::Scope::secrets_write,
                    .authenticated = true,
                    .body_limit = 0,
                    .handler = nullptr};
  ExchangeFixture fixture;
  fixture.exchange.route = &route;
  answer(fixture.exchange, Problem::scope_missing);
  BOOST_TEST(fixture.exchange.response.status == 403U);
  BOOST_TEST(sentence(fixture.answer_body()) == "The credential lacks the scope secrets:write.");
  BOOST_TEST(fixture.exchange.response.headers ==
             "WWW-Authenticate: Bearer realm=\"tacit\", error=\"insufficient_scope\", scope=\"secrets:write\"\r\n");
}

BOOST_AUTO_TEST_CASE(scopes_that_cannot_be_given_are_named) {
  ExchangeFixture fixture;
  store::Failure refused = failure(store::Errc::scope_lacking);
  refused.lacking = store::Scope::secrets_read | store::Scope::api_keys_manage;
  answer(fixture.exchange, refused);
  BOOST_TEST(sentence(fixture.answer_body())
                 .starts_with("The credential lacks the scope secrets:read and keys:manage, so it can neither grant"));
  BOOST_TEST(fixture.exchange.response.headers.find(R"(scope="secrets:read keys:manage")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_quota_answer_has_the_figures) {
  ExchangeFixture fixture;
  store::Failure over = failure(store::Errc::quota_exceeded);
  over.quota = {1048576, 1048000, 1049024};
  answer(fixture.exchange, over);
  BOOST_TEST(
      fixture.answer_body() ==
      R"({"detail":{"msg":"The stored secrets would exceed the size limit.","limit":1048576,"used":1048000,"requested":1049024}})");
  BOOST_TEST(!fixture.exchange.response.close);
}

BOOST_AUTO_TEST_CASE(too_many_secrets_are_counted_in_the_answer) {
  ExchangeFixture fixture;
  store::Failure over = failure(store::Errc::too_many_secrets);
  over.quota = {10000, 10000, 10001};
  answer(fixture.exchange, over);
  BOOST_TEST(
      fixture.answer_body() ==
      R"({"detail":{"msg":"The tenant has reached its limit of secrets; delete one first.","count_limit":10000,"count":10000,"requested":10001}})");
  BOOST_TEST(!fixture.exchange.response.close);
}

BOOST_AUTO_TEST_CASE(a_refused_tool_is_named_with_the_identity) {
  const auto told = [](Problem problem, std::string_view withheld = {},
                       std::string_view identity = "uri:spiffe://a/b") {
    ExchangeFixture fixture;
    fixture.exchange.tool_identity = identity;
    answer_tool_refused(fixture.exchange, problem, "agno__x", withheld);
    BOOST_TEST(fixture.exchange.response.status == 403U);
    BOOST_TEST((fixture.exchange.problem == problem));
    return sentence(fixture.answer_body());
  };
  BOOST_TEST(told(Problem::tool_not_granted) == R"(The identity uri:spiffe://a/b is not granted the tool "agno__x".)");
  BOOST_TEST(told(Problem::tool_not_granted, {}, R"(cn:My "own" run\time)") ==
             R"(The identity cn:"My \"own\" run\\time" is not granted the tool "agno__x".)");
  BOOST_TEST(told(Problem::tool_not_granted, {}, "certificate:00ff").find("has no name") != std::string::npos);
  BOOST_TEST(
      told(Problem::other_user) ==
      R"(The identity uri:spiffe://a/b asked for the tool "agno__x" for a user that its token does not belong to.)");
  BOOST_TEST(told(Problem::secret_not_allowed, R"("my key" for the argument "key" (not_found))") ==
             "The identity uri:spiffe://a/b asked for the tool \"agno__x\", but named secrets cannot be released: "
             "\"my key\" for the argument \"key\" (not_found).");
}

BOOST_AUTO_TEST_CASE(problems_have_further_sentences) {
  ExchangeFixture fixture;
  fixture.exchange.note = "The field Host is missing.";
  answer(fixture.exchange, Problem::malformed_request);
  BOOST_TEST(sentence(fixture.answer_body()) == "The field Host is missing.");

  const Route taking = route_without_credential(Method::post, 1234);
  fixture.exchange.route = &taking;
  answer(fixture.exchange, Problem::body_too_large);
  BOOST_TEST(sentence(fixture.answer_body()).find(" 1234 bytes") != std::string::npos);
  const Route ignoring = route_without_credential(Method::get, 0);
  fixture.exchange.route = &ignoring;
  answer(fixture.exchange, Problem::body_too_large);
  BOOST_TEST(sentence(fixture.answer_body()).find(std::to_string(limits::ignored_body)) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(sentences_have_the_limits_that_apply) {
  const auto told = [](Problem problem) {
    ExchangeFixture fixture;
    answer(fixture.exchange, problem);
    return sentence(fixture.answer_body());
  };
  BOOST_TEST(told(Problem::token_too_large) == "The token is larger than 12288 bytes, the largest accepted size.");
  BOOST_TEST(told(Problem::idempotency_key_malformed) ==
             "The field Idempotency-Key must have 1 to 255 visible ASCII characters.");
  BOOST_TEST(told(Problem::target_too_long) == "The request target is longer than 16384 bytes.");
  BOOST_TEST(told(Problem::header_too_large) == "The request head is longer than 32768 bytes.");
}

BOOST_AUTO_TEST_CASE(an_unbound_default_is_a_fault_of_the_body) {
  ExchangeFixture fixture;
  answer(fixture.exchange, failure(store::Errc::default_unbound));
  BOOST_TEST(
      fixture.answer_body() ==
      R"({"detail":[{"type":"value_error","loc":["body","is_default_for_tool"],"msg":"Value error, is_default_for_tool needs tool_name and tool_arg"}]})");
}

BOOST_AUTO_TEST_CASE(a_reused_key_is_a_fault_of_the_head) {
  ExchangeFixture fixture;
  answer(fixture.exchange, failure(store::Errc::key_reused));
  BOOST_TEST(
      fixture.answer_body() ==
      R"({"detail":[{"type":"value_error","loc":["header","idempotency-key"],"msg":"Value error, Idempotency-Key came with another body before"}]})");
}

BOOST_AUTO_TEST_CASE(failures_in_a_batch_name_the_secret) {
  const auto told = [](store::Errc code) {
    ExchangeFixture fixture;
    store::Failure refused = failure(code);
    refused.item = 3;
    answer(fixture.exchange, refused);
    return std::string(fixture.answer_body());
  };
  BOOST_TEST(told(store::Errc::name_taken) == R"({"detail":"secrets[3]: A secret of this name already exists."})");
  BOOST_TEST(told(store::Errc::default_taken).starts_with(R"({"detail":"secrets[3]: This tool_name)"));
  BOOST_TEST(told(store::Errc::quota_exceeded).starts_with(R"({"detail":{"msg":"secrets[3]: The stored)"));
  BOOST_TEST(told(store::Errc::too_many_secrets).starts_with(R"({"detail":{"msg":"secrets[3]: The tenant)"));
  BOOST_TEST(told(store::Errc::default_unbound).find(R"("loc":["body","secrets",3,"is_default_for_tool"])") !=
             std::string::npos);
  BOOST_TEST(told(store::Errc::unavailable).find("secrets[") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_needed_value_is_a_fault_of_the_body) {
  ExchangeFixture fixture;
  answer(fixture.exchange, failure(store::Errc::value_needed));
  BOOST_TEST(
      fixture.answer_body() ==
      R"({"detail":[{"type":"value_error","loc":["body","secret_value"],"msg":"Value error, tool_name and tool_arg are sealed with the value: changing them needs secret_value"}]})");
}

BOOST_AUTO_TEST_CASE(faults_as_json) {
  ExchangeFixture fixture;
  answer(fixture.exchange, Faults{json_invalid(17, "Expecting value"), missing(Loc{"body", "secret_name"}),
                                  missing(Loc{"body", "provided_args", std::uint64_t{3}}),
                                  string_too_long(Loc{"body", "secrets", SentName{"\"a\""}, "[key]"}, 5, 7)});
  BOOST_TEST(fixture.exchange.response.status == 422U);
  BOOST_TEST(
      fixture.answer_body() ==
      R"({"detail":[{"type":"json_invalid","loc":["body",17],"msg":"JSON decode error","ctx":{"error":"Expecting value"}},)"
      R"({"type":"missing","loc":["body","secret_name"],"msg":"Field required"},)"
      R"({"type":"missing","loc":["body","provided_args",3],"msg":"Field required"},)"
      R"({"type":"string_too_long","loc":["body","secrets","\"a\"","[key]"],"msg":"String should have at most 5 characters",)"
      R"("ctx":{"max_length":5,"actual_length":7}}]})");
}

BOOST_AUTO_TEST_CASE(the_audit_context_names_the_caller) {
  ExchangeFixture fixture;
  Exchange& exchange = fixture.exchange;
  exchange.peer = "192.0.2.1:4711";
  exchange.principal.actor = "api-key:abc";
  store::AuditContext who = exchange.audit();
  BOOST_TEST(
      (who.plane == "api" && who.actor == "api-key:abc" && who.peer == "192.0.2.1:4711" && who.request_id == "req-1"));
  exchange.plane = Plane::tools;
  exchange.principal.actor.clear();
  exchange.tool_identity = "uri:spiffe://example.org/runtime";
  who = exchange.audit();
  BOOST_TEST((who.plane == "tools" && who.actor == "uri:spiffe://example.org/runtime"));
}

BOOST_AUTO_TEST_SUITE_END()
