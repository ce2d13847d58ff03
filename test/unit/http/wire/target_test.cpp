// Request targets: which are valid, and their routes.
#include <boost/test/unit_test.hpp>

#include "http/wire/target.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace std::string_literals;

namespace {

/// Only the method and the path matter here.
constexpr Route route(Method method, std::string_view path) {
  return {.method = method,
          .path = path,
          .scope = store::Scope::none,
          .authenticated = true,
          .body_limit = 0,
          .handler = nullptr};
}

constexpr Route routes[] = {
    route(Method::get, "/healthz"),
    route(Method::put, "/api/v1/secrets/by-name"),
    route(Method::get, "/api/v1/secrets/{id}"),
    route(Method::get, "/api/v1/secrets"),
    route(Method::post, "/api/v1/secrets"),
    route(Method::patch, "/api/v1/secrets/{id}"),
    route(Method::del, "/api/v1/secrets/{id}"),
    route(Method::get, "/api/v1/secrets/{id}/versions"),
    route(Method::del, "/api/v1/secrets/{id}/versions/{number}"),
};

RouteMatch find(Method method, std::string_view target) {
  RequestHead head;
  head.method = method;
  head.target = target;
  const std::size_t mark = std::min(target.find('?'), target.size());
  head.path = target.substr(0, mark);
  head.query = target.substr(std::min(mark + 1, target.size()));
  return match(routes, head);
}

void goes_to(Method method, std::string_view target, std::string_view path, std::string_view id = {}) {
  const RouteMatch found = find(method, target);
  BOOST_TEST_CONTEXT(target) {
    BOOST_REQUIRE(found.route != nullptr);
    BOOST_TEST(found.route->path == path);
    BOOST_TEST((found.route->method == method));
    BOOST_TEST(found.path_id == id);
  }
}

void fails(Method method, std::string_view target, Problem problem, std::string_view allow = {}) {
  const RouteMatch found = find(method, target);
  BOOST_TEST_CONTEXT(target) {
    BOOST_TEST((found.route == nullptr));
    BOOST_TEST((found.problem == problem));
    BOOST_TEST(found.allow == allow);
    BOOST_TEST(found.fault.empty() == (problem != Problem::malformed_request));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(target)

BOOST_AUTO_TEST_CASE(both_base_paths_with_and_without_a_slash) {
  for (const char* target : {"/api/v1/secrets", "/api/v1/secrets/", "/v1/secrets", "/v1/secrets/",
                             "/v1/secrets/?limit=1", "/v1/secrets?a=/../b"}) {
    goes_to(Method::get, target, "/api/v1/secrets");
    goes_to(Method::post, target, "/api/v1/secrets");
  }
  for (const char* target :
       {"/api/v1/secrets/x-1", "/api/v1/secrets/x-1/", "/v1/secrets/x-1", "/v1/secrets/x-1/", "/v1/secrets/x-1?q"}) {
    goes_to(Method::get, target, "/api/v1/secrets/{id}", "x-1");
    goes_to(Method::del, target, "/api/v1/secrets/{id}", "x-1");
  }
  goes_to(Method::get, "/healthz", "/healthz");
  goes_to(Method::get, "/healthz/", "/healthz");
  goes_to(Method::get, "/v1/secrets/%7Bx%7d", "/api/v1/secrets/{id}", "%7Bx%7d");
}

BOOST_AUTO_TEST_CASE(segments_in_the_middle_and_two_of_them) {
  for (const char* target : {"/api/v1/secrets/x-1/versions", "/v1/secrets/x-1/versions/?a"}) {
    goes_to(Method::get, target, "/api/v1/secrets/{id}/versions", "x-1");
  }
  const RouteMatch found = find(Method::del, "/v1/secrets/x-1/versions/12/");
  BOOST_REQUIRE(found.route != nullptr);
  BOOST_TEST(found.route->path == "/api/v1/secrets/{id}/versions/{number}");
  BOOST_TEST(found.path_id == "x-1");
  BOOST_TEST(found.path_number == "12");
  for (const char* target : {"/v1/secrets/x-1/version", "/v1/secrets/x-1/versions/1/2", "/v1/secrets/versions/1/"}) {
    fails(Method::get, target, Problem::path_unknown);
  }
}

BOOST_AUTO_TEST_CASE(a_name_in_the_table_is_no_id) {
  goes_to(Method::put, "/v1/secrets/by-name", "/api/v1/secrets/by-name");
  fails(Method::get, "/v1/secrets/by-name", Problem::method_not_allowed, "PUT");
  fails(Method::del, "/api/v1/secrets/by-name/", Problem::method_not_allowed, "PUT");
  goes_to(Method::get, "/v1/secrets/by-name2", "/api/v1/secrets/{id}", "by-name2");
}

BOOST_AUTO_TEST_CASE(unknown_paths_are_404) {
  for (const char* target : {"/", "/api", "/api/v1", "/v1", "/api/v1/secret", "/api/v1/secretsx", "/api/v1/secrets/a/b",
                             "/api/v1/Secrets", "/api/v2/secrets", "/api/v1/%73ecrets", "/api/api/v1/secrets",
                             "/v1/healthz", "/api/healthz", "/apiv1/secrets", "/secrets", "/v1/secrets/a/b/"}) {
    fails(Method::get, target, Problem::path_unknown);
  }
}

BOOST_AUTO_TEST_CASE(methods_that_a_path_lacks_are_405) {
  fails(Method::patch, "/api/v1/secrets/", Problem::method_not_allowed, "GET, HEAD, POST");
  fails(Method::other, "/v1/secrets", Problem::method_not_allowed, "GET, HEAD, POST");
  fails(Method::post, "/v1/secrets/x", Problem::method_not_allowed, "GET, HEAD, PATCH, DELETE");
  fails(Method::post, "/healthz", Problem::method_not_allowed, "GET, HEAD");
  fails(Method::other, "/nowhere", Problem::path_unknown);
}

BOOST_AUTO_TEST_CASE(ambiguous_targets_are_refused) {
  for (const std::string& target : {""s,
                                    "healthz"s,
                                    "*"s,
                                    "http://x/healthz"s,
                                    "?a"s,
                                    "//healthz"s,
                                    "/healthz//"s,
                                    "/api//v1/secrets"s,
                                    "/api/v1/secrets//"s,
                                    "/."s,
                                    "/.."s,
                                    "/./healthz"s,
                                    "/api/../healthz"s,
                                    "/healthz/."s,
                                    "/healthz/.."s,
                                    "/healthz/../"s,
                                    "/%2e/healthz"s,
                                    "/api/%2e%2E/healthz"s,
                                    "/api/.%2e/healthz"s,
                                    "/v1%2Fsecrets"s,
                                    "/v1/secrets/%2f"s,
                                    "/v1/secrets%5c"s,
                                    "/v1\\secrets"s,
                                    "/v1/secrets/%"s,
                                    "/v1/secrets/%4"s,
                                    "/v1/secrets/%zz"s,
                                    "/v1/secrets/%00"s,
                                    "/v1/secrets/%0a"s,
                                    "/v1/secrets/%7f"s,
                                    "/healthz#x"s,
                                    "/healthz?a#x"s,
                                    "/healthz?a=%"s,
                                    "/healthz?a=%g1"s,
                                    "/healthz?a b"s,
                                    "/heal\tthz"s,
                                    "/healthz\0"s,
                                    "/healthz?\x01"s,
                                    "/healthz\x7f"s,
                                    "/healthz\xc3\xa9"s,
                                    "/healthz?\xc3\xa9"s,
                                    "/v1/secrets/{x}"s,
                                    "/v1/secrets/\"x\""s,
                                    "/v1/secrets/<x>"s,
                                    "/v1/secrets/a|b"s,
                                    "/v1/secrets/^"s}) {
    BOOST_TEST(target_fault(target).ends_with("."));
    fails(Method::get, target, Problem::malformed_request);
  }
}

BOOST_AUTO_TEST_CASE(faults_have_a_reason) {
  const auto tells = [](std::string_view target, std::string_view words) {
    BOOST_TEST_CONTEXT(target) { BOOST_TEST(target_fault(target).find(words) != std::string_view::npos); }
  };
  tells("http://x/healthz", "not a whole URL");
  tells("/healthz#x", "fragment");
  tells("/healthz?a#x", "fragment");
  tells("/a//b", "empty segment");
  tells("/a/%2e%2E", ". or ..");
  tells("/a%2Fb", "escaped slash");
  tells("/a%00", "control character");
  tells("/a%4", "path has a %");
  tells("/?a=%zz", "query has a %");
  tells("/\xc3\xa9", "path has a character");
  tells("/?\xc3\xa9", "query has a character");
}

BOOST_AUTO_TEST_CASE(unusual_targets_are_accepted) {
  for (const char* target : {"/", "/...", "/.a", "/a.", "/..a", "/a..b", "/%2e%2e%2e", "/a;b=c", "/a:@!$&'()*+,=~_-",
                             "/a/", "/%C3%A9", "/?a=/../%2F//{}|^\"<>\\%00"}) {
    BOOST_TEST_CONTEXT(target) { BOOST_TEST(target_fault(target) == ""); }
  }
}

BOOST_AUTO_TEST_CASE(decoding) {
  BOOST_TEST((percent_decode("a%20b+c%2Bd%00", true) == "a b c+d\0"s));
  BOOST_TEST((percent_decode("a+b%2541", false) == "a+b%41"s));
  BOOST_TEST((percent_decode("", true) == ""s));
  for (const char* bad : {"%", "%4", "a%", "%4x", "%x4", "%%41"}) BOOST_TEST(!percent_decode(bad, true).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
