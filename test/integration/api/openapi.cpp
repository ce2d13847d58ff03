// The served OpenAPI document lists exactly what the server serves: routes, methods and fields, per plane.
#include <regex>
#include <set>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

json::object document(const ClientOptions& plane) {
  const Answer answer = HttpsClient(plane).request("GET", "/openapi.json");
  REQUIRE_STATUS(answer, 200);
  BOOST_TEST(answer.header("Content-Type").starts_with("application/json"));
  return answer.json().as_object();
}

json::object document() { return document(shared_server().api_client()); }

const std::set<std::string> methods = {"get", "post", "patch", "delete", "put", "options", "head"};

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openapi)

BOOST_AUTO_TEST_CASE(is_an_openapi_3_1_document) {
  const json::object served = document();
  BOOST_TEST(std::string(served.at("openapi").as_string()).starts_with("3.1."));
  BOOST_TEST(served.at("info").at("title").is_string());
  BOOST_TEST(served.at("info").at("version").is_string());
}

BOOST_AUTO_TEST_CASE(every_reference_leads_somewhere) {
  const json::object served = document();
  const std::string text = json::serialize(served);
  const std::regex reference(R"re("\$ref":"#([^"]+)")re");
  std::size_t count = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), reference), end; at != end; ++at, ++count) {
    boost::system::error_code error;
    const json::value root = served;
    BOOST_TEST((root.find_pointer((*at)[1].str(), error) != nullptr), (*at)[1].str());
  }
  BOOST_TEST(count > 0U);
}

BOOST_AUTO_TEST_CASE(lists_the_published_routes) {
  const json::object paths = document().at("paths").as_object();
  const auto has = [&](const std::string& path, const std::string& method) {
    for (const std::string slash : {"", "/"}) {
      const json::value* item = paths.if_contains(path + slash);
      if (item != nullptr && item->as_object().contains(method)) return true;
    }
    return false;
  };
  for (const char* method : {"get", "post"}) BOOST_TEST(has("/api/v1/secrets", method));
  for (const char* method : {"get", "patch", "delete"}) BOOST_TEST(has("/api/v1/secrets/{secret_id}", method));
  BOOST_TEST(has("/api/v1/quota", "get"));
}

BOOST_AUTO_TEST_CASE(every_listed_route_is_served_and_no_other_method_of_it) {
  Tenant tenant = new_tenant();
  const json::object paths = document().at("paths").as_object();
  for (const auto& [path, item] : paths) {
    const std::string target =
        std::regex_replace(std::string(path), std::regex(R"(\{[^}]*\})"), "01890000-0000-7000-8000-000000000000");
    std::set<std::string> listed;
    for (const auto& [method, operation] : item.as_object()) {
      if (methods.contains(std::string(method))) listed.insert(upper(std::string(method)));
    }
    BOOST_TEST_CONTEXT(path) {
      BOOST_TEST(!listed.empty());
      const Answer refused = tenant.api.request("TRACE", target, "{}");
      BOOST_TEST(refused.status == 405);
      std::set<std::string> allowed;
      const std::string allow = refused.header("Allow");
      const std::regex word("[A-Z]+");
      for (std::sregex_iterator at(allow.begin(), allow.end(), word), end; at != end; ++at) allowed.insert(at->str());
      allowed.erase("HEAD");
      allowed.erase("OPTIONS");
      BOOST_TEST(allowed == listed, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(each_plane_describes_itself_alone) {
  const json::object api = document();
  const json::object tools = document(shared_server().tools_client());
  HttpsClient to_api(shared_server().api_client());
  HttpsClient to_tools(shared_server().tools_client());
  const auto serves = [](HttpsClient& client, std::string_view path) {
    const std::string target =
        std::regex_replace(std::string(path), std::regex(R"(\{[^}]*\})"), "01890000-0000-7000-8000-000000000000");
    const Answer answer = client.request("TRACE", target);
    return answer.status == 405;
  };
  for (const auto& [path, item] : api.at("paths").as_object()) {
    BOOST_TEST(serves(to_api, path), path);
    BOOST_TEST(serves(to_tools, path) == tools.at("paths").as_object().contains(path), path);
  }
  for (const auto& [path, item] : tools.at("paths").as_object()) {
    BOOST_TEST(serves(to_tools, path), path);
    BOOST_TEST(serves(to_api, path) == api.at("paths").as_object().contains(path), path);
  }
  BOOST_TEST(tools.at("paths").as_object().contains("/tool/v1/resolve"));
  BOOST_TEST(json::serialize(tools).find("secrets:write") == std::string::npos);
  BOOST_TEST(json::serialize(api).find("/tool/") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(describes_exactly_the_nine_fields) {
  const json::object served = document();
  const json::value& info = served.at("components").at("schemas").at("SecretInfo");
  Tenant tenant = new_tenant();
  const json::object made = tenant.create({{"secret_name", "n"}, {"secret_value", "12345678"}});
  std::set<std::string> in_answer;
  for (const auto& field : made) in_answer.emplace(field.key());
  std::set<std::string> described;
  for (const auto& field : info.at("properties").as_object()) described.emplace(field.key());
  BOOST_TEST(described == in_answer, boost::test_tools::per_element());
  BOOST_TEST(info.at("required").as_array().size() == 9U);
}

BOOST_AUTO_TEST_SUITE_END()
