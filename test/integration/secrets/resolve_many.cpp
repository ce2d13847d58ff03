// The tool plane's additions: what is missing, several tools at once, and reports of refused values.
#include <thread>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

json::object bound(Tenant& tenant, const std::string& name, const std::string& tool, const std::string& argument) {
  return tenant.create({{"secret_name", name},
                        {"secret_value", "value of " + name},
                        {"tool_name", tool},
                        {"tool_arg", argument},
                        {"is_default_for_tool", true}});
}

Answer ask(const Server& server, const std::string& path, const json::value& body) {
  return HttpsClient(server.tools_client())
      .request("POST", path, {{"Content-Type", "application/json"}}, json::serialize(body));
}

Answer resolve_many(const Tenant& tenant, const json::value& tools) {
  return ask(shared_server(), "/tool/v1/resolve-many", {{"user_id", tenant.id}, {"tools", tools}});
}

Answer report(const Tenant& tenant, const json::object& secret, const std::string& tool) {
  return ask(shared_server(), "/tool/v1/report",
             {{"user_id", tenant.id},
              {"tool_name", tool},
              {"secret_id", secret.at("secret_id")},
              {"outcome", "rejected_upstream"}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(several_tools)

BOOST_AUTO_TEST_CASE(wanted_arguments_without_a_value_are_missing) {
  Tenant tenant = new_tenant();
  bound(tenant, "key", "tool", "api_key");
  const Answer answer = resolve(shared_server(), {{"user_id", tenant.id},
                                                  {"tool_name", "tool"},
                                                  {"provided_args", {"team"}},
                                                  {"wanted_args", {"api_key", "team", "workspace"}}});
  REQUIRE_STATUS(answer, 200);
  BOOST_TEST(answer.at("arguments").as_object().size() == 1U);
  BOOST_TEST(
      (answer.at("missing") == json::value{{{"argument", "workspace"}, {"reason", "none"}, {"add_url", nullptr}}}));
  // Without the question there is no answer to it.
  const Answer plain = resolve(shared_server(), {{"user_id", tenant.id}, {"tool_name", "tool"}});
  BOOST_TEST(!plain.json().as_object().contains("missing"));
}

BOOST_AUTO_TEST_CASE(a_link_leads_to_the_form) {
  const Deployment deployment(Settings{{"public-url", "https://tacit.example.org"}});
  const Server server(deployment);
  Tenant tenant(deployment, server);
  const Answer answer = resolve(server, {{"user_id", tenant.id}, {"tool_name", "a&b"}, {"wanted_args", {"my key"}}});
  REQUIRE_STATUS(answer, 200);
  BOOST_TEST(answer.at("missing").at(0).at("add_url").as_string() ==
             "https://tacit.example.org/console/#/add?tool_name=a%26b&tool_arg=my%20key");
}

BOOST_AUTO_TEST_CASE(each_tool_gets_what_a_resolve_gives_it) {
  Tenant tenant = new_tenant();
  const json::object wild = bound(tenant, "wild", "agno__*", "api_key");
  bound(tenant, "exact", "agno__b", "api_key");
  const Answer answer = resolve_many(tenant, {{{"tool_name", "agno__a"}},
                                              {{"tool_name", "agno__b"}, {"wanted_args", {"api_key", "x"}}},
                                              {{"tool_name", "other"}},
                                              {{"tool_name", "agno__c"}, {"provided_args", {"api_key"}}},
                                              {{"tool_name", "agno__d"}, {"secrets", {{"q", "exact"}}}},
                                              {{"tool_name", "agno__a"}}});
  REQUIRE_STATUS(answer, 200);
  const json::array results = answer.at("results").as_array();
  BOOST_REQUIRE(results.size() == 6U);
  for (const std::size_t same : {0U, 5U}) {
    BOOST_TEST(results[same].at("tool_name").as_string() == "agno__a");
    BOOST_TEST(results[same].at("arguments").at("api_key").at("value").as_string() == "value of wild");
    BOOST_TEST((results[same].at("arguments").at("api_key").at("secret_id") == wild.at("secret_id")));
    BOOST_TEST(results[same].at("missing").as_array().empty());
  }
  BOOST_TEST(results[1].at("arguments").at("api_key").at("value").as_string() == "value of exact");
  BOOST_TEST(results[1].at("missing").at(0).at("argument").as_string() == "x");
  BOOST_TEST(results[2].at("arguments").as_object().empty());
  BOOST_TEST(results[3].at("arguments").as_object().empty());
  // A tool that is refused does not keep the others from their values.
  BOOST_TEST(!results[4].as_object().contains("arguments"));
  const std::string detail(results[4].at("detail").as_string());
  BOOST_TEST(detail.find("uri:spiffe://test/runtime") != std::string::npos);
  BOOST_TEST(detail.find("\"agno__d\"") != std::string::npos);
  BOOST_TEST(detail.find("\"exact\" for the argument \"q\" (not_bound)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_toolkit_is_one_request) {
  Tenant tenant = new_tenant();
  bound(tenant, "wild", "agno__*", "api_key");
  json::array tools;
  for (int i = 0; i < 64; ++i) tools.push_back(json::object{{"tool_name", "agno__" + std::to_string(i)}});
  const Answer answer = resolve_many(tenant, tools);
  REQUIRE_STATUS(answer, 200);
  const json::array results = answer.at("results").as_array();
  for (const json::value& result : results) {
    BOOST_TEST(result.at("arguments").at("api_key").at("value").as_string() == "value of wild");
  }
}

BOOST_AUTO_TEST_CASE(faults_have_their_place) {
  Tenant tenant = new_tenant();
  const auto place = [&](const json::value& tools) {
    const Answer answer = resolve_many(tenant, tools);
    REQUIRE_STATUS(answer, 422);
    return json::serialize(answer.at("detail").at(0).at("loc"));
  };
  BOOST_TEST(place(json::array{}) == R"(["body","tools"])");
  BOOST_TEST(place({{{"tool_name", "t"}}, {{"tool_name", "u*"}}}) == R"(["body","tools",1,"tool_name"])");
  BOOST_TEST(place({{{"tool_name", "t"}, {"arguments", 1}}}) == R"(["body","tools",0,"arguments"])");
  BOOST_TEST(place({{{"tool_name", "t"}, {"secrets", {{"a", 1}}}}}) == R"(["body","tools",0,"secrets","a"])");
  REQUIRE_STATUS(ask(shared_server(), "/tool/v1/resolve-many", {{"user_id", tenant.id}, {"tool", json::array{}}}), 422);
}

BOOST_AUTO_TEST_CASE(every_answer_is_kept_nowhere) {
  Tenant tenant = new_tenant();
  HttpsClient client(shared_server().tools_client());
  for (const std::string path : {"/healthz", "/nowhere", "/openapi.json", "/tool/v1/resolve"}) {
    BOOST_TEST(client.request("GET", path).header("Cache-Control") == "no-store");
  }
  BOOST_TEST(resolve_many(tenant, {{{"tool_name", "t"}}}).header("Cache-Control") == "no-store");
  BOOST_TEST(resolve_many(tenant, json::array{}).header("Cache-Control") == "no-store");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reports)

BOOST_AUTO_TEST_CASE(its_owner_sees_a_value_that_the_service_refused) {
  Tenant tenant = new_tenant();
  const json::object secret = bound(tenant, "key", "tool", "api_key");
  REQUIRE_STATUS(report(tenant, secret, "tool"), 404);  // not released yet
  REQUIRE_STATUS(resolve(shared_server(), {{"user_id", tenant.id}, {"tool_name", "tool"}}), 200);
  REQUIRE_STATUS(report(tenant, secret, "another tool"), 404);
  const Answer noted = report(tenant, secret, "tool");
  REQUIRE_STATUS(noted, 204);
  BOOST_TEST(noted.body.empty());
  const Answer again = report(tenant, secret, "tool");
  REQUIRE_STATUS(again, 429);
  BOOST_TEST(again.header("Retry-After") == "60");

  const std::string uses = secrets_path + std::string(secret.at("secret_id").as_string()) + "/uses";
  json::array entries;
  for (int i = 0; i < 400 && entries.size() < 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    entries = tenant.api.get(uses).at("data").as_array();
  }
  BOOST_REQUIRE(entries.size() == 2U);
  BOOST_TEST(entries[0].at("outcome").as_string() == "rejected_upstream");
  BOOST_TEST(entries[1].at("outcome").as_string() == "released");
  for (const json::value& entry : entries) {
    BOOST_TEST(entry.as_object().size() == 6U);
    BOOST_TEST(entry.at("tool_name").as_string() == "tool");
    BOOST_TEST(entry.at("runtime").as_string() == "runtime");
    BOOST_TEST(entry.at("count").to_number<int>() == 1);
  }
  const Answer page = tenant.api.get(uses + "?limit=1");
  BOOST_TEST(page.at("data").as_array().size() == 1U);
  const Answer next = tenant.api.get(uses + "?limit=1&cursor=" + page.text("next_cursor"));
  BOOST_TEST((next.at("data").at(0) == entries[1]));
  BOOST_TEST(next.at("next_cursor").is_null());
  BOOST_TEST(!tenant.api.get(secrets_path + "?view=full").at("data").at(0).at("last_used_at").is_null());
  for (const std::string query : {"?limit=0", "?limit=101", "?cursor=x", "?cursor=-1"}) {
    REQUIRE_STATUS(tenant.api.get(uses + query), 422);
  }
}

BOOST_AUTO_TEST_CASE(another_process_of_the_store_takes_the_report) {
  const Deployment deployment;
  const Server releasing(deployment);
  const Server reported(deployment);
  Tenant tenant(deployment, releasing);
  const json::object secret = bound(tenant, "key", "tool", "api_key");
  REQUIRE_STATUS(resolve(releasing, {{"user_id", tenant.id}, {"tool_name", "tool"}}), 200);
  REQUIRE_STATUS(ask(reported, "/tool/v1/report",
                     {{"user_id", tenant.id},
                      {"tool_name", "tool"},
                      {"secret_id", secret.at("secret_id")},
                      {"outcome", "rejected_upstream"}}),
                 204);
}

BOOST_AUTO_TEST_CASE(a_faulty_report_is_422) {
  Tenant tenant = new_tenant();
  const json::object secret = bound(tenant, "key", "tool", "api_key");
  const json::object good{{"user_id", tenant.id},
                          {"tool_name", "tool"},
                          {"secret_id", secret.at("secret_id")},
                          {"outcome", "rejected_upstream"}};
  for (const auto& [field, value] : std::vector<std::pair<std::string, json::value>>{
           {"user_id", 5}, {"tool_name", "t*"}, {"secret_id", "x"}, {"outcome", "released"}, {"more", 1}}) {
    json::object body = good;
    body[field] = value;
    const Answer answer = ask(shared_server(), "/tool/v1/report", body);
    REQUIRE_STATUS(answer, 422);
    BOOST_TEST((answer.at("detail").at(0).at("loc") == json::array{"body", field}));
  }
}

BOOST_AUTO_TEST_SUITE_END()
