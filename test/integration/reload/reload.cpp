// A SIGHUP applies the settings that can change in a running server, keeps the others, and reports both.
#include <memory>
#include <string>
#include <vector>

#include "test/integration/reload/reloading.hpp"
#include "test/integration/support/scrape.hpp"

using namespace tacit::test;

BOOST_AUTO_TEST_SUITE(reload)

BOOST_AUTO_TEST_CASE(tool_identities) {
  const Deployment deployment;
  const auto file = deployment.folder() / "tool-identities";
  write_file(file, "uri:spiffe://test/runtime granted_tool\n");
  Server server(deployment);
  Tenant tenant(deployment, server);
  tenant.create(secret_for_all_tools);
  const auto may_use = [&](const char* tool) {
    return resolve(server, {{"user_id", tenant.id}, {"tool_name", tool}}).status;
  };
  BOOST_TEST(may_use("granted_tool") == 200);
  BOOST_TEST(may_use("other_tool") == 403);
  write_file(file, "uri:spiffe://test/runtime other_tool\n");
  BOOST_TEST(is_good(reload_log(server, deployment)));
  BOOST_TEST(may_use("granted_tool") == 403);
  BOOST_TEST(may_use("other_tool") == 200);
  write_file(file, "uri:spiffe://test/runtime\n");
  const std::string log = reload_log(server, deployment);
  BOOST_TEST(!is_good(log));
  BOOST_TEST(value_in(log, "tool_identities_kept", "reason").find("tool-identities:1: ") != std::string::npos, log);
  BOOST_TEST(may_use("other_tool") == 200);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(limits_and_the_log_level) {
  Deployment deployment(Settings{{"request-rate", "0"}, {"failed-auth-rate", "0"}});
  Server server(deployment);
  Tenant tenant(deployment, server);
  tenant.create({{"secret_name", "n"}, {"secret_value", "the value"}});
  BOOST_TEST(tenant.api.get("/api/v1/quota").at("limit").to_number<std::uint64_t>() == 1048576u);
  deployment.configure({{"quota-default", "2M"},
                        {"request-rate", "1"},
                        {"request-burst", "5"},
                        {"failed-auth-rate", "1"},
                        {"failed-auth-burst", "2"},
                        {"max-connections-per-address", "3"},
                        {"log-level", "warn"}});
  BOOST_TEST(value_in(reload_log(server, deployment), "restart_needed", "settings") == "no such event");
  const Answer quota = tenant.api.get("/api/v1/quota");
  BOOST_TEST(quota.at("limit").to_number<std::uint64_t>() == 2097152u);
  BOOST_TEST(quota.header("RateLimit-Policy") == R"("tenant";q=5;w=5)");
  int refused = 0;
  {
    Client guesser(server, "guessed");
    for (int i = 0; i < 6; ++i) refused += guesser.get(secrets_path).status == 429 ? 1 : 0;
  }
  BOOST_TEST(refused > 0);
  std::vector<std::unique_ptr<HttpsClient>> open;
  BOOST_CHECK_THROW(for (int i = 0; i < 5; ++i) open.push_back(std::make_unique<HttpsClient>(server.api_client())),
                    TransportError);
  open.clear();
  BOOST_TEST(server.stop() == 0);
  const std::string log = deployment.printed();
  BOOST_TEST(occurrences(log, R"("route":"/api/v1/quota")") == 1u, log);  // the first one; after it, only warnings
  BOOST_TEST(occurrences(log, R"("event":"stopping")") == 0u, log);
  BOOST_TEST(occurrences(log, R"("event":"audit_head")") >= 2u, log);  // audit heads are logged at every level
}

BOOST_AUTO_TEST_CASE(settings_that_need_a_restart_are_named_in_one_line) {
  Deployment deployment(Settings{{"admin-listen", "127.0.0.1:0"}});
  Server server(deployment);
  deployment.configure({{"threads", "1"}, {"idle-timeout", "9"}, {"plane", "api"}, {"request-rate", "7"}});
  const std::string log = reload_log(server, deployment);
  BOOST_TEST(is_good(log));
  BOOST_TEST(value_in(log, "restart_needed", "settings") == "plane, threads, idle-timeout", log);
  REQUIRE_STATUS(HttpsClient(server.tools_client()).request("GET", "/healthz"), 200);
}

BOOST_AUTO_TEST_CASE(a_faulty_configuration_changes_nothing_and_is_counted) {
  Deployment deployment(Settings{{"admin-listen", "127.0.0.1:0"}, {"request-rate", "0"}});
  Server server(deployment);
  Tenant tenant(deployment, server);
  deployment.configure({{"request-rate", "5"}, {"threads", "many"}});
  const std::string log = reload_log(server, deployment);
  BOOST_TEST(value_in(log, "configuration_kept", "reason").find("threads: \"many\"") != std::string::npos, log);
  BOOST_TEST(tenant.api.get("/api/v1/quota").count("RateLimit") == 0u);
  const Scrape bad(server.admin_port());
  BOOST_TEST(bad.sum("tacit_reloads_total", {{"outcome", "bad"}}) == 1);
  BOOST_TEST(bad.sum("tacit_reloads_total", {{"outcome", "good"}}) == 0);
  deployment.configure({{"threads", "2"}});
  BOOST_TEST(is_good(reload_log(server, deployment)));
  BOOST_TEST(tenant.api.get("/api/v1/quota").count("RateLimit") == 1u);
  BOOST_TEST(Scrape(server.admin_port()).sum("tacit_reloads_total", {{"outcome", "good"}}) == 1);
}

BOOST_AUTO_TEST_CASE(faults_of_the_next_start_are_reported) {
  Deployment deployment;
  Server server(deployment);
  deployment.configure({{"admin-listen", "127.0.0.1:8443"}, {"api-listen", "127.0.0.1:8443"}});
  const std::string log = reload_log(server, deployment);
  BOOST_TEST(!is_good(log));
  BOOST_TEST(value_in(log, "next_start_fails", "reason").find("overlap") != std::string::npos, log);
  BOOST_TEST(value_in(log, "restart_needed", "settings") == "api-listen, admin-listen", log);
}

BOOST_AUTO_TEST_SUITE_END()
