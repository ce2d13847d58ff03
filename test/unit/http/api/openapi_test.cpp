// The OpenAPI document has the code's limits, fields and answers.
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <set>

#include "http/api/api_key_json.hpp"
#include "http/api/secret_json.hpp"
#include "http/exchange/problem.hpp"
#include "http/json/limits.hpp"
#include "test/unit/http/api/openapi_fixture.hpp"
#include "test/unit/http/exchange/exchange_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;

namespace {

const auto each = boost::test_tools::per_element();

void check_length(const json::value& limited, limits::Length length) {
  BOOST_TEST(limited.at("minLength").to_number<std::size_t>() == length.min);
  BOOST_TEST(limited.at("maxLength").to_number<std::size_t>() == length.max);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openapi)

BOOST_AUTO_TEST_CASE(credentials_are_the_three_headers) {
  for (const auto& [scheme, header] : std::map<std::string, std::string>{
           {"token", "token"}, {"authorization", "Authorization"}, {"x_api_key", "x-api-key"}}) {
    BOOST_TEST(text(at("/components/securitySchemes/" + scheme + "/name")) == header);
    BOOST_TEST(text(at("/components/securitySchemes/" + scheme + "/in")) == "header");
  }
}

BOOST_AUTO_TEST_CASE(limits_are_those_of_the_code) {
  for (const std::string name : {"NewSecret", "SecretUpdate"}) {
    const json::value& fields = schema(name).at("properties");
    check_length(fields.at("secret_name"), limits::secret_name);
    check_length(fields.at("secret_value"), limits::secret_value);
    check_length(fields.at("tool_name"), limits::tool_name);
    check_length(fields.at("tool_arg"), limits::tool_arg);
    BOOST_TEST(fields.as_object().size() == (name == "NewSecret" ? 6U : 7U));
  }
  const json::value& resolve = schema("Resolve").at("properties");
  check_length(resolve.at("tool_name"), limits::tool_name);
  check_length(resolve.at("provided_args").at("items"), limits::tool_arg);
  check_length(resolve.at("secrets").at("propertyNames"), limits::tool_arg);
  check_length(resolve.at("secrets").at("additionalProperties"), limits::secret_name);
  check_length(resolve.at("wanted_args").at("items"), limits::tool_arg);
  BOOST_TEST(resolve.at("wanted_args").at("maxItems").to_number<std::size_t>() == limits::resolve_items);
  const json::value& tools = schema("ResolveMany").at("properties").at("tools");
  BOOST_TEST(tools.at("maxItems").to_number<std::size_t>() == store::most_tools);
  const json::value& batch = schema("NewSecrets").at("properties").at("secrets");
  BOOST_TEST(batch.at("maxItems").to_number<std::size_t>() == limits::batch_items);
  check_length(at("/components/parameters/IdempotencyKey/schema"), {1, limits::idempotency_key});
  BOOST_TEST(at("/components/parameters/UsesLimit/schema/maximum").to_number<std::size_t>() == limits::uses_max);
  BOOST_TEST(resolve.at("provided_args").at("maxItems").to_number<std::size_t>() == limits::resolve_items);
  BOOST_TEST(resolve.at("secrets").at("maxProperties").to_number<std::size_t>() == limits::resolve_items);
  for (const std::string name : {"NewApiKey", "ApiKeyUpdate"}) {
    const json::value& fields = schema(name).at("properties");
    check_length(fields.at("name"), limits::api_key_name);
    BOOST_TEST(fields.at("scopes").at("maxItems").to_number<std::size_t>() == limits::scope_items);
    BOOST_TEST(fields.as_object().size() == 3U);
  }
  const json::value& limit = at("/components/parameters/Limit/schema");
  BOOST_TEST(limit.at("minimum").to_number<std::size_t>() == limits::list_min);
  BOOST_TEST(limit.at("maximum").to_number<std::size_t>() == limits::list_max);
  check_length(at("/components/parameters/ToolNameFilter/schema"), limits::tool_name);
  check_length(at("/components/parameters/SecretNameFilter/schema"), limits::secret_name);
}

BOOST_AUTO_TEST_CASE(a_secret_has_the_documented_fields) {
  crypto::WipedBytes written;
  write_secret(written, store::SecretInfo{});
  const std::set<std::string> fields = keys(json::parse({written.text().data(), written.size()}));
  BOOST_TEST(keys(schema("SecretInfo").at("properties")) == fields, each);
  BOOST_TEST(strings(schema("SecretInfo").at("required")) == fields, each);
  crypto::WipedBytes in_full;
  write_full_secret(in_full, store::SecretInfo{});
  const std::set<std::string> all = keys(json::parse({in_full.text().data(), in_full.size()}));
  BOOST_TEST(all.size() == fields.size() + 4);
  BOOST_TEST(keys(schema("FullSecretInfo").at("properties")) == all, each);
  BOOST_TEST(strings(schema("FullSecretInfo").at("required")) == all, each);
}

BOOST_AUTO_TEST_CASE(a_version_has_the_documented_fields) {
  crypto::WipedBytes written;
  write_version(written, store::SecretVersion{});
  const std::set<std::string> fields = keys(json::parse({written.text().data(), written.size()}));
  BOOST_TEST(keys(schema("SecretVersion").at("properties")) == fields, each);
  BOOST_TEST(strings(schema("SecretVersion").at("required")) == fields, each);
}

BOOST_AUTO_TEST_CASE(an_api_key_has_the_documented_fields) {
  for (const auto& [name, shown] : std::map<std::string, std::string>{{"ApiKey", ""}, {"MadeApiKey", "tct_"}}) {
    crypto::WipedBytes written;
    write_api_key(written, store::ApiKey{}, shown);
    const std::set<std::string> fields = keys(json::parse({written.text().data(), written.size()}));
    BOOST_TEST(keys(schema(name).at("properties")) == fields, each);
    BOOST_TEST(strings(schema(name).at("required")) == fields, each);
  }
}

BOOST_AUTO_TEST_CASE(examples_of_problems_match_the_answers) {
  const std::map<std::string, Problem> examples{{"BadRequest", Problem::malformed_request},
                                                {"Unauthorized", Problem::credential_invalid},
                                                {"Forbidden", Problem::scope_missing},
                                                {"ToolForbidden", Problem::tool_not_granted},
                                                {"NotFound", Problem::not_found},
                                                {"Conflict", Problem::name_taken},
                                                {"KeyConflict", Problem::too_many_api_keys},
                                                {"ResolveConflict", Problem::changed_meanwhile},
                                                {"VersionConflict", Problem::version_rebound},
                                                {"PreconditionFailed", Problem::precondition_failed},
                                                {"TooManyReports", Problem::reported_too_soon},
                                                {"ContentTooLarge", Problem::body_too_large},
                                                {"UriTooLong", Problem::target_too_long},
                                                {"NotJson", Problem::not_json},
                                                {"ExpectationFailed", Problem::expectation_unknown},
                                                {"TooManyRequests", Problem::tenant_throttled},
                                                {"HeaderTooLarge", Problem::header_too_large},
                                                {"InternalError", Problem::internal},
                                                {"Unavailable", Problem::overloaded},
                                                {"StoreFull", Problem::store_full}};
  const Route writing{.method = Method::post,
                      .path = "/",
                      .scope = store::Scope::secrets_write,
                      .authenticated = true,
                      .body_limit = 0,
                      .handler = nullptr};
  const Route taking{.method = Method::post,
                     .path = "/",
                     .scope = store::Scope::none,
                     .authenticated = true,
                     .body_limit = limits::secret_body,
                     .handler = nullptr};
  for (const auto& [name, problem] : examples) {
    ExchangeFixture fixture;
    fixture.exchange.request_id = "4f6c2f1e";
    fixture.exchange.route = problem == Problem::scope_missing ? &writing : &taking;
    fixture.exchange.tool_identity = "uri:spiffe://example.org/runtime";
    if (problem == Problem::malformed_request) fixture.exchange.note = "The field Host is missing.";
    if (problem == Problem::tool_not_granted) {
      answer_tool_refused(fixture.exchange, problem, "agno__linear__get_issue_details");
    } else {
      answer(fixture.exchange, problem);
    }
    const json::value answered = json::parse({fixture.answer_body().data(), fixture.answer_body().size()});
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(json::serialize(at("/components/responses/" + name + "/content/application~1json/example")) ==
                 json::serialize(answered));
    }
  }
}

// A 429 has three reasons, which a client distinguishes only by the policy.
BOOST_AUTO_TEST_CASE(every_kind_of_429_is_described) {
  const std::string described = text(at("/components/responses/TooManyRequests/description"));
  for (const std::string name : {"tenant", "failed-auth", "issuer-questions", "issuer-ask-rate", "issuer-ask-burst"}) {
    BOOST_TEST(described.find("`" + name + "`") != std::string::npos, name);
  }
}

BOOST_AUTO_TEST_CASE(every_reference_leads_somewhere_and_every_part_is_used) {
  std::set<std::string> references;
  collect_references(document(), references);
  for (const std::string& reference : references) {
    boost::json::error_code missing;
    BOOST_TEST((document().find_pointer(reference, missing) != nullptr), "nothing is at " << reference);
  }
  for (const std::string kind : {"schemas", "responses", "parameters", "headers"}) {
    for (const std::string& name : keys(at("/components/" + kind))) {
      BOOST_TEST(references.contains("/components/" + kind + "/" + name), name << " is not used");
    }
  }
}

// Generators of TypeScript make each property with a default required, even in requests.
BOOST_AUTO_TEST_CASE(nothing_optional_is_made_required) {
  BOOST_TEST(openapi_source().find("\"default\"") == std::string_view::npos);
  for (const std::string path : {"/paths/~1api~1v1~1secrets~1{secret_id}", "/paths/~1api~1v1~1api-keys~1{key_id}"}) {
    BOOST_TEST(!at(path + "/patch/requestBody/required").as_bool());
  }
  BOOST_TEST(at("/paths/~1api~1v1~1secrets~1/post/requestBody/required").as_bool());
}

BOOST_AUTO_TEST_CASE(the_document_is_of_this_version) {
  BOOST_TEST(text(at("/openapi")) == "3.1.0");
  BOOST_TEST(text(at("/info/version")) == TACIT_VERSION);
}

BOOST_AUTO_TEST_SUITE_END()
