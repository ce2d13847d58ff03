// The routes table and the OpenAPI document agree.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <set>

#include "http/api/routes.hpp"
#include "test/unit/http/api/openapi_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace tacit::http::test;

namespace {

using Statuses = std::set<std::string>;
const auto each = boost::test_tools::per_element();

std::string method_name(Method method) {
  const std::map<Method, std::string> names{{Method::get, "get"},
                                            {Method::post, "post"},
                                            {Method::put, "put"},
                                            {Method::patch, "patch"},
                                            {Method::del, "delete"}};
  return names.at(method);
}

std::vector<const Route*> all_routes() {
  std::vector<const Route*> routes;
  for (const Route& route : documented_routes(Plane::api)) routes.push_back(&route);
  for (const Route& route : documented_routes(Plane::tools)) routes.push_back(&route);
  return routes;  // the routes of the admin listener are for monitors, and no document describes them
}

bool is_on(std::span<const Route> routes, const Route& route) {
  return std::ranges::any_of(routes, [&](const Route& other) { return other.path == route.path; });
}

// In the form of the routes table: no trailing slash, and its names for the parameters of the document.
std::string table_path(std::string path) {
  std::size_t brace = path.find('{');
  for (const char* name : {"{id}", "{number}"}) {
    if (brace == std::string::npos) break;
    path.replace(brace, path.find('}', brace) + 1 - brace, name);
    brace = path.find('{', brace + 1);
  }
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
  const bool on_api = is_on(documented_routes(Plane::api), route);
  const bool writes = route.body_limit > 0 || route.method == Method::del;
  if (route.authenticated && on_api) statuses.insert({"401", "403", "429"});
  if (route.authenticated && !on_api)
    statuses.insert({"401", "403", "429"});  // where the user's token is required, too
  const bool of_keys = route.path.starts_with("/api/v1/api-keys");
  const bool names_secret = route.path.starts_with("/api/v1/secrets/{id}");
  const bool reports = route.path == "/tool/v1/report";
  if (writes) statuses.insert("507");
  if (writes && (!of_keys || route.method == Method::post)) statuses.insert("409");
  if (route.body_limit > 0) statuses.insert({"415", "422"});
  const bool names_one = route.path.find("{id}") != std::string_view::npos;
  if (names_one || reports || route.path.starts_with("/.well-known/")) statuses.insert("404");
  if (names_secret) statuses.insert("422");  // an API key's id may be any text
  if (contains(route.terms, Terms::if_match)) statuses.insert("412");
  if (route.method == Method::get && contains(route.terms, Terms::if_none_match)) statuses.insert("304");
  if (reports) {
    statuses.erase("200");
    statuses.insert("204");
  }
  if (route.method == Method::get && route.path == "/api/v1/secrets") statuses.insert("422");
  return statuses;
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
  for (const auto& plane :
       {documented_routes(Plane::api), documented_routes(Plane::tools), documented_routes(Plane::admin)}) {
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
      const bool on_api = is_on(documented_routes(Plane::api), *route);
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

// The header fields that a route takes are those of its operation.
BOOST_AUTO_TEST_CASE(conditions_and_idempotency_keys_match_the_document) {
  const auto documented = operations();
  for (const Route* route : all_routes()) {
    const json::object& operation = documented.at(name_of(*route))->as_object();
    std::set<std::string> headers;
    if (const json::value* parameters = operation.if_contains("parameters")) {
      for (const json::value& parameter : parameters->as_array()) {
        const json::value& named = at(text(parameter.at("$ref")).substr(1));
        if (text(named.at("in")) == "header") headers.insert(text(named.at("name")));
      }
    }
    std::set<std::string> taken;
    if (contains(route->terms, Terms::if_match)) taken.insert("If-Match");
    if (contains(route->terms, Terms::if_none_match)) taken.insert("If-None-Match");
    if (contains(route->terms, Terms::idempotency_key)) taken.insert("Idempotency-Key");
    BOOST_TEST_CONTEXT(name_of(*route)) { BOOST_TEST(headers == taken, each); }
  }
}

BOOST_AUTO_TEST_CASE(each_plane_has_its_part_of_the_document) {
  for (const Plane plane : {Plane::api, Plane::tools}) {
    const std::string_view text = openapi_document(plane);
    const json::value part = json::parse({text.data(), text.size()});
    std::set<std::string> served;
    for (const Route& route : documented_routes(plane)) served.emplace(route.path);
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

BOOST_AUTO_TEST_SUITE_END()
