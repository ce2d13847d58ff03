// The access log has a line for each request that it should, and a request's trace is in its line and in the audit log.
#include <signal.h>

#include <sstream>

#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The value of `name` in the request's log line; "-" if the field is missing, "no line" if the line is missing.
std::string logged(const Deployment& deployment, const std::string& request_id, std::string_view name) {
  std::istringstream lines(deployment.printed());
  for (std::string line; std::getline(lines, line);) {
    const json::object entry = json::parse(line).as_object();
    const json::value* const id = entry.if_contains("request_id");
    if (entry.at("event").as_string() != "request" || id == nullptr || id->as_string() != request_id) continue;
    const json::value* const member = entry.if_contains(name);
    return member != nullptr ? std::string(member->as_string()) : "-";
  }
  return "no line";
}

/// The traceparent of the request's audit entry; "-" if it is missing.
std::string audited_trace(const std::vector<json::object>& audit, const std::string& request_id) {
  for (const json::object& entry : audit) {
    const json::value* const id = entry.if_contains("request_id");
    if (id == nullptr || id->as_string() != request_id) continue;
    const json::value* const member = entry.if_contains("traceparent");
    return member != nullptr ? std::string(member->as_string()) : "-";
  }
  return "no entry";
}

Answer create(Tenant& tenant, const std::string& name, const Headers& headers) {
  const json::value body = {{"secret_name", name}, {"secret_value", "12345678"}};
  Headers all = {{"X-Request-Id", name}};
  all.insert(all.end(), headers.begin(), headers.end());
  return tenant.api.request("POST", secrets_path, json::serialize(body), all);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_log)

BOOST_AUTO_TEST_CASE(a_valid_traceparent_is_in_the_log_and_the_audit) {
  const Deployment deployment;
  Server server(deployment);
  Tenant tenant(deployment, server);
  CHECK_STATUS(create(tenant, "traced", {{"TraceParent", trace}}), 200);
  CHECK_STATUS(create(tenant, "untraced", {}), 200);
  CHECK_STATUS(create(tenant, "odd", {{"traceparent", "00-tct_-secret-01"}}), 200);
  CHECK_STATUS(create(tenant, "twice", {{"traceparent", trace}, {"traceparent", trace}}), 200);
  BOOST_TEST(server.stop() == 0);
  const auto audit = read_audit(deployment.store());
  for (const std::string name : {"untraced", "odd", "twice"}) {
    BOOST_TEST(logged(deployment, name, "traceparent") == "-");
    BOOST_TEST(audited_trace(audit, name) == "-");
  }
  BOOST_TEST(logged(deployment, "traced", "traceparent") == trace);
  BOOST_TEST(audited_trace(audit, "traced") == trace);
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(probes_are_logged_only_when_they_fail) {
  const Deployment deployment(Settings{{"drain-delay", "600"}});
  Server server(deployment);
  const auto probe = [&](const ClientOptions& options, const std::string& path, const std::string& id) {
    return HttpsClient(options).request("GET", path, {{"X-Request-Id", id}});
  };
  CHECK_STATUS(probe(server.api_client(), "/healthz", "health-1"), 200);
  CHECK_STATUS(probe(server.tools_client(), "/readyz", "ready-1"), 200);
  CHECK_STATUS(probe(server.api_client(), "/readyz", "ready-2"), 200);
  CHECK_STATUS(probe(server.api_client(), "/openapi.json", "document"), 200);
  server.process().signal(SIGTERM);
  int status = 200;
  for (int i = 0; i < 500 && status == 200; ++i) {
    status = probe(server.api_client(), "/readyz", "unready-" + std::to_string(i)).status;
    if (status == 503) BOOST_TEST(probe(server.api_client(), "/readyz", "unready").status == 503);
    std::this_thread::sleep_for(10ms);
  }
  BOOST_TEST(status == 503);
  BOOST_TEST(server.stop() == 0);  // a second signal ends the delay
  for (const std::string id : {"health-1", "ready-1", "ready-2"}) {
    BOOST_TEST(logged(deployment, id, "route") == "no line");
  }
  BOOST_TEST(logged(deployment, "document", "route") == "/openapi.json");
  BOOST_TEST(logged(deployment, "unready", "route") == "/readyz");
}

BOOST_AUTO_TEST_SUITE_END()
