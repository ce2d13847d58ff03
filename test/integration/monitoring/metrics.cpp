// The figures of /metrics agree with the operations done, and have all metrics that dashboard and alert rules use.
#include <boost/json/parse.hpp>

#include <chrono>
#include <cmath>
#include <regex>
#include <thread>

#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/tokens/trusting_deployment.hpp"

namespace json = boost::json;
using namespace std::chrono_literals;
using namespace tacit::test;

namespace {

const std::string conf = std::string(TACIT_SOURCE_DIR) + "/conf/";
const std::string requests = "tacit_http_requests_total";

/// A server with an issuer, so that every metric appears.
struct Watched {
  Watched() {
    trusting.provider.start();
    trusting.deployment.configure({{"admin-listen", "127.0.0.1:0"}});
    server = std::make_unique<Server>(trusting.deployment);
    port = server->admin_port();
  }
  Scrape scrape() const { return settled_scrape(port); }
  Tenant tenant() const { return {trusting.deployment, *server}; }

  TrustingDeployment trusting;
  std::unique_ptr<Server> server;
  std::uint16_t port = 0;
};

Watched& watched() {
  static Watched all;
  return all;
}

/// The increase of a metric between two scrapes.
class Growth {
 public:
  Growth() : before_(watched().scrape()) {}
  void stop() { after_ = watched().scrape(); }
  double of(const std::string& name, const Scrape::Labels& labels = {}) const {
    return after_->sum(name, labels) - sum_before(name, labels);
  }
  const Scrape& after() const { return *after_; }

 private:
  double sum_before(const std::string& name, const Scrape::Labels& labels) const {
    try {
      return before_.sum(name, labels);
    } catch (const std::runtime_error&) {
      return 0;  // the first answer with this status comes later
    }
  }
  Scrape before_;
  std::optional<Scrape> after_;
};

Scrape::Labels route(const std::string& method, const std::string& path, const std::string& status) {
  return {{"plane", "api"}, {"method", method}, {"route", path}, {"status", status}};
}

std::string secret_id(const json::object& made) { return std::string(made.at("secret_id").as_string()); }

/// Names in a text with the prefix of Tacit's or the process's metrics.
std::set<std::string> metrics_in(const std::string& text) {
  static const std::regex name(R"(\b(?:tacit|process)_[a-z0-9_]+)");
  std::set<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at) names.insert(at->str());
  return names;
}

/// Only the expressions: the other texts contain names of settings and files.
std::string expressions_of_rules() {
  std::string text;
  const std::string rules = read_file(conf + "alert-rules.yml");
  static const std::regex expression(R"(\n +expr: ?([^\n]*(?:\n {10,}[^\n]*)*))");
  for (std::sregex_iterator at(rules.begin(), rules.end(), expression), end; at != end; ++at)
    text += (*at)[1].str() + "\n";
  return text;
}

void collect_expressions(const json::value& value, std::string& text) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.as_object()) {
      if ((key == "expr" || key == "query") && inner.is_string()) text += std::string(inner.as_string()) + "\n";
      collect_expressions(inner, text);
    }
  } else if (value.is_array()) {
    for (const json::value& inner : value.as_array()) collect_expressions(inner, text);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(requests_are_counted_by_route_and_status) {
  Tenant tenant = watched().tenant();
  Growth growth;
  std::string last;
  for (int i = 0; i < 5; ++i) {
    last = secret_id(tenant.create({{"secret_name", "n" + std::to_string(i)}, {"secret_value", "12345678"}}));
  }
  for (int i = 0; i < 3; ++i) CHECK_STATUS(tenant.api.get(secrets_path + last), 200);
  CHECK_STATUS(tenant.api.get(secrets_path + new_uuid()), 404);
  CHECK_STATUS(tenant.api.get("/v1/secrets"), 200);
  CHECK_STATUS(tenant.api.post(secrets_path, {{"secret_name", "n0"}, {"secret_value", "12345678"}}), 409);
  CHECK_STATUS(tenant.api.get("/no/such/" + new_uuid()), 404);
  growth.stop();
  BOOST_TEST(growth.of(requests, route("POST", "/api/v1/secrets", "200")) == 5);
  BOOST_TEST(growth.of(requests, route("POST", "/api/v1/secrets", "409")) == 1);
  BOOST_TEST(growth.of(requests, route("GET", "/api/v1/secrets/{id}", "200")) == 3);
  BOOST_TEST(growth.of(requests, route("GET", "/api/v1/secrets/{id}", "404")) == 1);
  BOOST_TEST(growth.of(requests, route("GET", "/api/v1/secrets", "200")) == 1);
  BOOST_TEST(growth.of(requests, route("-", "-", "404")) == 1);
  BOOST_TEST(growth.of(requests, {{"plane", "api"}}) == 12);
  const Scrape::Labels created{{"method", "POST"}, {"route", "/api/v1/secrets"}};
  BOOST_TEST(growth.of("tacit_http_request_duration_seconds_count", created) == 6);
  BOOST_TEST(growth.of("tacit_http_request_duration_seconds_sum", created) > 0);
  BOOST_TEST(growth.of("tacit_http_request_duration_seconds_sum", created) < 60);
  BOOST_TEST(growth.of("tacit_store_writes_total") >= 6);
  const double commits = growth.of("tacit_store_batch_writes_count");
  BOOST_TEST(commits >= 1);
  BOOST_TEST(growth.of("tacit_store_batch_duration_seconds_count") == commits);
  BOOST_TEST(growth.of("tacit_store_table_rows", {{"table", "audit"}}) == 5);
  BOOST_TEST(growth.of("tacit_audit_sequence") == 5);
  // The scrape itself is in flight.
  BOOST_TEST(growth.after().sum("tacit_http_requests_in_flight", {{"plane", "admin"}}) == 1);
  BOOST_TEST(growth.after().sum("tacit_http_requests_in_flight", {{"plane", "api"}}) == 0);
}

BOOST_AUTO_TEST_CASE(histograms_rise_to_their_counts) {
  const Scrape scrape = watched().scrape();
  std::map<std::pair<std::string, Scrape::Labels>, double> last;
  for (const auto& sample : scrape.samples()) {
    if (!sample.name.ends_with("_bucket")) continue;
    const std::string name = sample.name.substr(0, sample.name.size() - 7);
    Scrape::Labels labels = sample.labels;
    const std::string bound = labels.at("le");
    labels.erase("le");
    BOOST_TEST(bound.size() < 8U, bound);  // 0.0025, not 0.0025000000000000001
    double& so_far = last[{name, labels}];
    BOOST_TEST(sample.value >= so_far);
    so_far = sample.value;
    if (bound == "+Inf") BOOST_TEST(sample.value == scrape.sum(name + "_count", labels));
  }
  BOOST_TEST(last.size() > 20U);
}

BOOST_AUTO_TEST_CASE(refusals_are_counted_by_reason) {
  const Deployment& deployment = watched().trusting.deployment;
  const Tenant tenant = watched().tenant();
  Tenant small = watched().tenant();
  Tenant busy = watched().tenant();
  BOOST_TEST(deployment.command({"quota", "set", small.id, "100"}).status == 0);
  BOOST_TEST(
      deployment.command({"limits", "set", busy.id, "--requests-per-second", "1", "--request-burst", "1"}).status == 0);
  Growth growth;
  std::string wrong_checksum = tenant.key;
  wrong_checksum.back() = wrong_checksum.back() == 'a' ? 'b' : 'a';
  CHECK_STATUS(Client(*watched().server, "no key at all").get(secrets_path), 401);
  CHECK_STATUS(Client(*watched().server, wrong_checksum).get(secrets_path), 401);
  CHECK_STATUS(Client(watched().server->api_client(), {}).get(secrets_path), 401);
  const json::value large{{"secret_name", "n"}, {"secret_value", std::string(200, 'x')}};
  for (int i = 0; i < 2; ++i) CHECK_STATUS(small.api.post(secrets_path, large), 413);
  // Another 413, which the quota does not cause.
  CHECK_STATUS(small.api.request("POST", secrets_path, std::string(70'000, ' ')), 413);
  int throttled = 0;
  for (int i = 0; i < 4; ++i) throttled += busy.api.get(secrets_path).status == 429 ? 1 : 0;
  BOOST_TEST(throttled >= 1);
  growth.stop();
  BOOST_TEST(growth.of("tacit_auth_failures_total", {{"plane", "api"}, {"reason", "malformed"}}) == 2);
  BOOST_TEST(growth.of("tacit_auth_failures_total", {{"plane", "api"}, {"reason", "missing"}}) == 1);
  BOOST_TEST(growth.of("tacit_auth_failures_total") == 3);
  BOOST_TEST(growth.of("tacit_quota_refusals_total") == 2);
  BOOST_TEST(growth.of(requests, route("POST", "/api/v1/secrets", "413")) == 3);
  BOOST_TEST(growth.of("tacit_throttled_requests_total", {{"policy", "tenant"}}) == throttled);
  BOOST_TEST(growth.of("tacit_throttled_requests_total", {{"policy", "failed-auth"}}) == 0);
  BOOST_TEST(growth.of("tacit_unavailable_total") == 0);
}

BOOST_AUTO_TEST_CASE(releases_are_counted_by_outcome) {
  Tenant tenant = watched().tenant();
  for (const char* argument : {"a", "b"}) {
    tenant.create({{"secret_name", argument},
                   {"secret_value", "12345678"},
                   {"tool_name", "t"},
                   {"tool_arg", argument},
                   {"is_default_for_tool", true}});
  }
  Growth growth;
  const json::object ask{{"user_id", tenant.id}, {"tool_name", "t"}};
  json::object elsewhere = ask;
  elsewhere["tool_name"] = "another";
  json::object named = ask;
  named["secrets"] = {{"a", "no such name"}};
  CHECK_STATUS(resolve(*watched().server, ask), 200);
  CHECK_STATUS(resolve(*watched().server, ask), 200);
  CHECK_STATUS(resolve(*watched().server, elsewhere), 200);
  CHECK_STATUS(resolve(*watched().server, named), 403);
  CHECK_STATUS(resolve(*watched().server, {{"user_id", 1}}), 422);
  growth.stop();
  BOOST_TEST(growth.of("tacit_releases_total", {{"outcome", "released"}}) == 2);
  BOOST_TEST(growth.of("tacit_releases_total", {{"outcome", "nothing"}}) == 1);
  BOOST_TEST(growth.of("tacit_releases_total", {{"outcome", "not_allowed"}}) == 1);
  BOOST_TEST(growth.of("tacit_releases_total") == 4);
  BOOST_TEST(growth.of("tacit_values_released_total") == 4);
  BOOST_TEST(growth.of("tacit_tls_handshakes_total", {{"plane", "tools"}, {"result", "full"}}) == 5);
}

BOOST_AUTO_TEST_CASE(connections_and_handshakes_are_counted_by_outcome) {
  Growth growth;
  {
    HttpsClient first(watched().server->api_client());
    CHECK_STATUS(first.request("GET", "/healthz"), 200);
    ClientOptions again = watched().server->api_client();
    again.session = first.session();
    HttpsClient second(again);
    CHECK_STATUS(second.request("GET", "/healthz"), 200);
    BOOST_TEST(second.resumed());
    ClientOptions stranger = watched().server->tools_client();
    stranger.certificate.reset();
    stranger.tls_version = TLS1_2_VERSION;  // so that the server's refusal ends the client's handshake
    BOOST_CHECK_THROW(HttpsClient{stranger}, TransportError);
    // The server counts a failed connection after the alert that the client sees.
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    do {
      growth.stop();
    } while (growth.after().sum("tacit_connections_open", {{"plane", "tools"}}) > 0 &&
             std::chrono::steady_clock::now() < deadline);
    BOOST_TEST(growth.of("tacit_connections_accepted_total", {{"plane", "api"}}) == 2);
    BOOST_TEST(growth.after().sum("tacit_connections_open", {{"plane", "api"}}) >= 2);
  }
  BOOST_TEST(growth.of("tacit_tls_handshakes_total", {{"plane", "api"}, {"result", "full"}}) == 1);
  BOOST_TEST(growth.of("tacit_tls_handshakes_total", {{"plane", "api"}, {"result", "resumed"}}) == 1);
  BOOST_TEST(growth.of("tacit_tls_handshakes_total", {{"plane", "tools"}, {"result", "failed"}}) == 1);
  BOOST_TEST(growth.of("tacit_connections_accepted_total", {{"plane", "tools"}}) == 1);
  BOOST_TEST(growth.of("tacit_connections_refused_total") == 0);
}

BOOST_AUTO_TEST_CASE(the_audit_head_is_the_one_that_verify_prints) {
  Tenant tenant = watched().tenant();
  tenant.create({{"secret_name", "n"}, {"secret_value", "12345678"}});
  const Scrape scrape = watched().scrape();
  const Finished verified = watched().trusting.deployment.command({"verify"});
  std::smatch head;
  BOOST_REQUIRE(std::regex_search(verified.out, head, std::regex("audit head +[0-9]+:([0-9a-f]{64})")));
  const auto bits = static_cast<double>(std::stoull(head[1].str().substr(0, 12), nullptr, 16));
  BOOST_TEST(scrape.sum("tacit_audit_head_prefix") == bits);
}

BOOST_AUTO_TEST_CASE(the_store_and_the_process_have_metrics) {
  const Scrape scrape = watched().scrape();
  const auto now = static_cast<double>(std::time(nullptr));
  BOOST_TEST(scrape.sum("tacit_ready", {{"plane", "api"}}) == 1);
  BOOST_TEST(scrape.sum("tacit_ready", {{"plane", "tools"}}) == 1);
  BOOST_TEST(scrape.sum("tacit_store_room_short") == 0);
  BOOST_TEST(scrape.sum("tacit_store_writable") == 1);
  BOOST_TEST(scrape.sum("tacit_store_map_bytes") == 1073741824);
  BOOST_TEST(scrape.sum("tacit_store_used_bytes") > 4096);
  BOOST_TEST(scrape.sum("tacit_store_file_bytes") >= scrape.sum("tacit_store_used_bytes"));
  BOOST_TEST(scrape.sum("tacit_store_reader_slots_used") >= 1);
  BOOST_TEST(scrape.sum("tacit_store_queue_writes_limit") == 4096);
  BOOST_TEST(std::abs(scrape.sum("process_start_time_seconds") - now) < 600);
  BOOST_TEST(scrape.sum("process_cpu_seconds_total") > 0);
  BOOST_TEST(scrape.sum("process_resident_memory_bytes") > 1'000'000);
  BOOST_TEST(scrape.sum("process_open_fds") > 5);
  BOOST_TEST(scrape.sum("tacit_certificate_expiry_timestamp_seconds", {{"plane", "api"}}) > now);
  BOOST_TEST(scrape.sum("tacit_key_info", {{"ring", "root-private"}, {"state", "primary"}}) == 1);
  BOOST_TEST(scrape.all("tacit_key_info").size() == 6U);
  const auto build = scrape.all("tacit_build_info");
  BOOST_REQUIRE(build.size() == 1U);
  const Finished version = run({TACIT_BINARY, "--version"});
  BOOST_TEST(version.out.find(build[0].labels.at("version")) != std::string::npos);
  BOOST_TEST(build[0].labels.at("openssl").starts_with("3."));
  BOOST_TEST(build[0].labels.at("lmdb").starts_with("LMDB 0.9."));
}

BOOST_AUTO_TEST_CASE(issuers_keys_have_an_age) {
  const Scrape::Labels issuer{{"issuer", watched().trusting.provider.issuer()}};
  for (int i = 0; i < 200 && watched().scrape().sum("tacit_jwks_keys", issuer) == 0; ++i)
    std::this_thread::sleep_for(50ms);
  const Scrape scrape = watched().scrape();
  BOOST_TEST(scrape.sum("tacit_jwks_keys", issuer) >= 1);
  BOOST_TEST(scrape.sum("tacit_jwks_age_seconds", issuer) >= 0);
  BOOST_TEST(scrape.sum("tacit_jwks_age_seconds", issuer) < 600);
  BOOST_TEST(scrape.sum("tacit_jwks_fetch_failures_total", issuer) == 0);
}

BOOST_AUTO_TEST_CASE(promtool_finds_no_fault) {
  const TemporaryFolder folder;
  write_file(folder.path() / "metrics", watched().scrape().text());
  const Finished metrics = run({"/bin/sh", "-c", "promtool check metrics <" + (folder.path() / "metrics").string()});
  BOOST_TEST(metrics.status == 0, metrics.out << metrics.err);
  BOOST_TEST(metrics.out + metrics.err == "");
  const Finished rules = run({"promtool", "check", "rules", conf + "alert-rules.yml"});
  BOOST_TEST(rules.status == 0, rules.out << rules.err);
  const Finished tried =
      run({"promtool", "test", "rules", std::string(TACIT_SOURCE_DIR) + "/test/integration/monitoring/alerts.yml"});
  BOOST_TEST(tried.status == 0, tried.out << tried.err);
}

BOOST_AUTO_TEST_CASE(metrics_of_dashboard_and_rules_exist) {
  const std::set<std::string> scraped = watched().scrape().names();
  const std::string of_etcd = read_file(std::string(TACIT_SOURCE_DIR) + "/server/metrics/etcd_metrics.cpp");
  std::string dashboard;
  collect_expressions(json::parse(read_file(conf + "grafana-dashboard.json")), dashboard);
  for (const std::string& text : {dashboard, expressions_of_rules()}) {
    const std::set<std::string> asked = metrics_in(text);
    BOOST_TEST(asked.size() > 15U);
    // This store is in a folder; of those of a store in etcd only the names can be compared.
    for (const std::string& name : asked) {
      const bool is_known = name.starts_with("tacit_etcd_") ? of_etcd.find('"' + name + '"') != std::string::npos
                                                            : scraped.contains(name);
      BOOST_TEST(is_known, name);
    }
  }
  // Each alert has a summary and an action.
  const std::string rules = read_file(conf + "alert-rules.yml");
  const auto count = [&](const std::string& word) {
    std::size_t found = 0;
    for (std::size_t at = rules.find(word); at != std::string::npos; at = rules.find(word, at + 1)) ++found;
    return found;
  };
  const std::size_t alerts = count("- alert:");
  BOOST_TEST(alerts > 20U);
  for (const char* part : {" expr: ", " summary: ", " description: ", " runbook: "})
    BOOST_TEST(count(part) == alerts, part);
}

BOOST_AUTO_TEST_CASE(no_label_contains_a_tenant_a_tool_or_a_path) {
  Tenant tenant = watched().tenant();
  const std::string tool = "tool_" + new_uuid();
  tenant.create({{"secret_name", tool},
                 {"secret_value", "12345678"},
                 {"tool_name", tool},
                 {"tool_arg", "a"},
                 {"is_default_for_tool", true}});
  CHECK_STATUS(resolve(*watched().server, {{"user_id", tenant.id}, {"tool_name", tool}}), 200);
  CHECK_STATUS(tenant.api.get("/" + tool), 404);
  CHECK_STATUS(tenant.api.request("BREW" + tool, "/healthz"), 405);
  const Scrape scrape = watched().scrape();
  for (const std::string& word : {tenant.id, tool, std::string("spiffe"), tenant.key.substr(0, 12)}) {
    BOOST_TEST(scrape.text().find(word) == std::string::npos, word);
  }
  const std::set<std::string> known{"plane",   "method",   "route",   "status", "result", "reason", "policy",
                                    "outcome", "le",       "table",   "ring",   "key_id", "state",  "issuer",
                                    "version", "compiler", "openssl", "lmdb",   "kind"};
  for (const auto& sample : scrape.samples()) {
    for (const auto& [name, value] : sample.labels) BOOST_TEST(known.contains(name), name);
  }
  // A process has a few hundred series, independent of the requests.
  BOOST_TEST(scrape.samples().size() < 1500U);
}

BOOST_AUTO_TEST_CASE(only_the_admin_listener_serves_metrics) {
  CHECK_STATUS(HttpsClient(watched().server->api_client()).request("GET", "/metrics"), 404);
  CHECK_STATUS(HttpsClient(watched().server->tools_client()).request("GET", "/metrics"), 404);
}

BOOST_AUTO_TEST_CASE(a_sampled_access_log_keeps_what_matters) {
  const Deployment deployment({{"access-log-sample", "1000000"}, {"admin-listen", "127.0.0.1:0"}});
  Server server(deployment);
  Tenant tenant(deployment, server);
  for (int i = 0; i < 50; ++i) CHECK_STATUS(tenant.api.get(secrets_path), 200);
  CHECK_STATUS(Client(server, "no key").get(secrets_path), 401);
  const Scrape scrape = settled_scrape(server.admin_port());
  BOOST_TEST(scrape.sum(requests, route("GET", "/api/v1/secrets", "200")) == 50);
  BOOST_TEST(server.stop() == 0);
  const std::string printed = deployment.printed();
  BOOST_TEST(printed.find(R"("status":401)") != std::string::npos);
  // One in a million: it is practically impossible that one of the fifty is logged.
  BOOST_TEST(printed.find(R"("status":200)") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
