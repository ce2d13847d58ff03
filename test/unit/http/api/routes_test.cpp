// The routes table and the OpenAPI document agree.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <set>

#include "http/api/api_key_json.hpp"
#include "http/api/openapi.hpp"
#include "http/api/routes.hpp"
#include "http/api/secret_json.hpp"
#include "http/exchange/problem.hpp"
#include "http/json/json_writer.hpp"
#include "http/json/limits.hpp"
#include "test/unit/http/exchange/exchange_fixture.hpp"

namespace json = boost::json;
using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;

namespace {

using Statuses = std::set<std::string>;
const auto each = boost::test_tools::per_element();

const json::value& document() {
  static const json::value parsed = json::parse({openapi_source().data(), openapi_source().size()});
  return parsed;
}

const json::value& at(std::string_view pointer) { return document().at_pointer({pointer.data(), pointer.size()}); }

const json::value& schema(const std::string& name) { return at("/components/schemas/" + name); }

std::string text(const json::value& value) { return std::string(value.as_string()); }

std::string method_name(Method method) {
  const std::map<Method, std::string> names{
      {Method::get, "get"}, {Method::post, "post"}, {Method::patch, "patch"}, {Method::del, "delete"}};
  return names.at(method);
}

std::vector<const Route*> all_routes() {
  std::vector<const Route*> routes;
  for (const Route& route : routes_of(Plane::api)) routes.push_back(&route);
  for (const Route& route : routes_of(Plane::tools)) routes.push_back(&route);
  return routes;  // the routes of the admin listener are for monitors, and no document describes them
}

bool is_on(std::span<const Route> routes, const Route& route) {
  return std::ranges::any_of(routes, [&](const Route& other) { return other.path == route.path; });
}

// In the form of the routes table: no trailing slash, `{id}` for any parameter name of the document.
std::string table_path(std::string path) {
  if (const std::size_t brace = path.find('{'); brace != std::string::npos)
    path.replace(brace, path.find('}') + 1 - brace, "{id}");
  if (path.ends_with('/')) path.pop_back();
  return path;
}

// `method path` of every operation in the document.
std::map<std::string, const json::value*> operations() {
  std::map<std::string, const json::value*> result;
  for (const auto& [path, item] : at("/paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      if (method == "parameters") continue;
      result[std::string(method) + " " + table_path(std::string(path))] = &operation;
    }
  }
  return result;
}

std::string name_of(const Route& route) { return method_name(route.method) + " " + std::string(route.path); }

// Every status that the chain and the handler can answer.
Statuses statuses_of(const Route& route) {
  Statuses statuses{"200", "400", "413", "414", "417", "431", "500", "503"};
  const bool on_api = is_on(routes_of(Plane::api), route);
  const bool writes = route.body_limit > 0 || route.method == Method::del;
  if (route.authenticated && on_api) statuses.insert({"401", "403", "429"});
  if (route.authenticated && !on_api)
    statuses.insert({"401", "403", "429"});  // where the user's token is required, too
  const bool of_keys = route.path.starts_with("/api/v1/api-keys");
  if (writes) statuses.insert("507");
  if (writes && (!of_keys || route.method == Method::post)) statuses.insert("409");
  if (route.body_limit > 0) statuses.insert({"415", "422"});
  if (route.path.ends_with("{id}") || route.path.starts_with("/.well-known/")) statuses.insert("404");
  if (route.path.ends_with("{id}") && !of_keys) statuses.insert("422");  // an API key's id may be any text
  if (route.method == Method::get && route.path == "/api/v1/secrets") statuses.insert("422");
  return statuses;
}

void collect_references(const json::value& value, std::set<std::string>& references) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.as_object()) {
      if (key == "$ref") references.insert(text(inner).substr(1));
      collect_references(inner, references);
    }
  } else if (value.is_array()) {
    for (const json::value& inner : value.as_array()) collect_references(inner, references);
  }
}

void check_length(const json::value& limited, limits::Length length) {
  BOOST_TEST(limited.at("minLength").to_number<std::size_t>() == length.min);
  BOOST_TEST(limited.at("maxLength").to_number<std::size_t>() == length.max);
}

std::set<std::string> keys(const json::value& object) {
  std::set<std::string> result;
  for (const auto& [key, value] : object.as_object()) result.emplace(key);
  return result;
}

std::set<std::string> strings(const json::value& array) {
  std::set<std::string> result;
  for (const json::value& value : array.as_array()) result.insert(text(value));
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(routes)

BOOST_AUTO_TEST_CASE(the_document_has_every_route_and_no_other) {
  std::set<std::string> served;
  for (const Route* route : all_routes()) served.insert(name_of(*route));
  std::set<std::string> documented;
  for (const auto& [name, operation] : operations()) documented.insert(name);
  BOOST_TEST(served == documented, each);
}

BOOST_AUTO_TEST_CASE(a_plane_has_a_route_once) {
  for (const auto& plane : {routes_of(Plane::api), routes_of(Plane::tools), routes_of(Plane::admin)}) {
    std::set<std::string> names;
    for (const Route& route : plane) {
      BOOST_TEST(names.insert(name_of(route)).second);
      BOOST_TEST((route.handler != nullptr));
      BOOST_TEST(!route.path.ends_with('/'));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_operation_has_all_its_statuses) {
  const auto documented = operations();
  for (const Route* route : all_routes()) {
    BOOST_TEST_CONTEXT(name_of(*route)) {
      BOOST_TEST(keys(documented.at(name_of(*route))->at("responses")) == statuses_of(*route), each);
    }
  }
}

BOOST_AUTO_TEST_CASE(credentials_and_scopes_match_the_document) {
  const auto documented = operations();
  for (const Route* route : all_routes()) {
    const json::value& operation = *documented.at(name_of(*route));
    const std::string description = text(operation.at("description"));
    BOOST_TEST_CONTEXT(name_of(*route)) {
      std::set<std::string> schemes;
      for (const json::value& way : operation.at("security").as_array()) schemes.merge(keys(way));
      const bool on_api = is_on(routes_of(Plane::api), *route);
      const std::set<std::string> expected =
          !route->authenticated ? std::set<std::string>{}
          : on_api              ? std::set<std::string>{"token", "authorization", "x_api_key"}
                                : std::set<std::string>{"client_certificate", "token", "authorization"};
      BOOST_TEST(schemes == expected, each);
      BOOST_TEST((description.find("`secrets:read`") != std::string::npos) ==
                 (route->scope == store::Scope::secrets_read));
      BOOST_TEST((description.find("`secrets:write`") != std::string::npos) ==
                 (route->scope == store::Scope::secrets_write));
      BOOST_TEST((description.find("`keys:manage`") != std::string::npos) ==
                 (route->scope == store::Scope::api_keys_manage));
      BOOST_TEST((description.find("`tools:use`") != std::string::npos) == (route->scope == store::Scope::tools_use));
      BOOST_TEST(operation.as_object().contains("requestBody") == (route->body_limit > 0));
      BOOST_TEST((route->body_limit == 0 ||
                  description.find("may have " + std::to_string(route->body_limit) + " bytes") != std::string::npos));
    }
  }
}

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
    BOOST_TEST(fields.as_object().size() == 5U);
  }
  const json::value& resolve = schema("Resolve").at("properties");
  check_length(resolve.at("tool_name"), limits::tool_name);
  check_length(resolve.at("provided_args").at("items"), limits::tool_arg);
  check_length(resolve.at("secrets").at("propertyNames"), limits::tool_arg);
  check_length(resolve.at("secrets").at("additionalProperties"), limits::secret_name);
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
                                                {"ResolveConflict", Problem::too_many_arguments},
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

BOOST_AUTO_TEST_CASE(each_plane_has_its_part_of_the_document) {
  for (const Plane plane : {Plane::api, Plane::tools}) {
    const std::string_view text = openapi_document(plane);
    const json::value part = json::parse({text.data(), text.size()});
    std::set<std::string> served;
    for (const Route& route : routes_of(plane)) served.emplace(route.path);
    std::set<std::string> described;
    for (const auto& [path, item] : part.at("paths").as_object()) {
      described.insert(table_path(std::string(path)));
      BOOST_TEST((item == at("/paths").at(path)));
    }
    BOOST_TEST(described == served, each);
    std::set<std::string> references;
    collect_references(part, references);
    std::set<std::string> parts;
    for (const auto& [kind, members] : part.at("components").as_object()) {
      if (kind == "securitySchemes") continue;
      for (const std::string& name : keys(members)) parts.insert("/components/" + std::string(kind) + "/" + name);
    }
    BOOST_TEST(references == parts, each);
    BOOST_TEST(part.at("components").at("securitySchemes").as_object().contains("client_certificate") ==
               (plane == Plane::tools));
    std::set<std::string> tags;
    for (const json::value& tag : part.at("tags").as_array()) tags.emplace(tag.at("name").as_string());
    const std::set<std::string> expected = plane == Plane::tools
                                               ? std::set<std::string>{"tools", "service"}
                                               : std::set<std::string>{"secrets", "api-keys", "service"};
    BOOST_TEST(tags == expected, each);
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
