// Slow and permanent peers are cut off: by a minimum rate of reading responses, the maximum age of connections and of
// their certificates, and the memory limit of all connections.
#include <sys/socket.h>

#include <memory>
#include <thread>

#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

double ended(const Server& server, const std::string& plane, const std::string& reason) {
  return Scrape(server.admin_port()).sum("tacit_connections_ended_total", {{"plane", plane}, {"reason", reason}});
}

template <class Condition>
bool comes_true(Condition condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

/// Sends requests, with pauses, until an answer ends the connection. Returns the duration and the number of requests.
std::pair<Clock::duration, int> until_last_answer(const ClientOptions& options) {
  HttpsClient client(options);
  const auto start = Clock::now();
  for (int count = 1; count <= 200; ++count) {
    const Answer answer = client.request("GET", "/healthz");
    REQUIRE_STATUS(answer, 200);
    if (!answer.closes()) {
      std::this_thread::sleep_for(50ms);
      continue;
    }
    const auto time = Clock::now() - start;
    BOOST_TEST(client.closed_by_server());
    return {time, count};
  }
  BOOST_FAIL("the connection is never closed");
  return {};
}

void add_large_secrets(Tenant& tenant, int count) {
  for (int i = 0; i < count; ++i) {
    tenant.create({{"secret_name", std::to_string(i) + std::string(1000, '\x01')},
                   {"secret_value", "1234"},
                   {"tool_name", std::string(1024, '\x01')},
                   {"tool_arg", std::string(1024, '\x01')}});
  }
}

/// Reads raw bytes at that rate until the server ends the connection; false if it does not.
bool is_cut_off(const HttpsClient& client, std::size_t bytes, Clock::duration pause, Clock::duration patience) {
  std::vector<char> buffer(bytes);
  for (const auto start = Clock::now(); Clock::now() - start < patience; std::this_thread::sleep_for(pause)) {
    if (::recv(client.socket(), buffer.data(), buffer.size(), MSG_DONTWAIT) < 0 && errno == ECONNRESET) return true;
  }
  return false;
}

/// A client that has sent the head of a request and the beginning of its body.
std::unique_ptr<HttpsClient> slow_client(const Server& server, const std::string& key, const std::string& rest) {
  auto client = std::make_unique<HttpsClient>(server.api_client());
  client->send("POST /api/v1/secrets/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nx-api-key: " + key +
               "\r\n" + rest);
  return client;
}

const std::string slow_body = "Content-Length: 65000\r\n\r\n{";
const std::string slow_chunks = "Transfer-Encoding: chunked\r\n\r\nea60\r\n" + std::string(60'000, ' ') + "\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(slow_peers)

BOOST_AUTO_TEST_CASE(a_client_must_read_its_answer_at_a_minimum_rate) {
  const Deployment deployment({{"write-timeout", "1"}, {"write-rate", "16K"}, {"admin-listen", "127.0.0.1:0"}});
  const Server server(deployment);
  Tenant tenant(deployment, server);
  add_large_secrets(tenant, 200);  // about 3.5 MB as JSON
  const std::string request = request_bytes("GET", secrets_path, {{"x-api-key", tenant.key}}, {});
  // Requests more than the sockets' buffers hold.
  std::string many;
  for (int i = 0; i < 8; ++i) many += request;

  HttpsClient slow(server.api_client());
  const int small = 8192;
  ::setsockopt(slow.socket(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  slow.send(many);
  BOOST_TEST(is_cut_off(slow, 500, 100ms, 30s));
  BOOST_TEST(ended(server, "api", "slow") == 1);

  // Slow, but fast enough: an answer takes several windows.
  HttpsClient steady(server.api_client());
  ::setsockopt(steady.socket(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  steady.send(many);
  BOOST_TEST(!is_cut_off(steady, 64 * 1024, 20ms, 4s));
  BOOST_TEST(ended(server, "api", "slow") == 1);
}

BOOST_AUTO_TEST_CASE(a_connection_ends_at_its_maximum_age) {
  const Deployment deployment({{"connection-max-age", "2"}, {"admin-listen", "127.0.0.1:0"}});
  const Server server(deployment);
  HttpsClient idle(server.api_client());
  REQUIRE_STATUS(idle.request("GET", "/healthz"), 200);
  for (const ClientOptions& options : {server.api_client(), server.tools_client()}) {
    const auto [time, count] = until_last_answer(options);
    BOOST_TEST((time >= 1700ms));
    BOOST_TEST(count > 1);
  }
  BOOST_TEST(idle.closed_by_server());  // long before idle-timeout
  BOOST_TEST(ended(server, "api", "age") == 2);
  BOOST_TEST(ended(server, "tools", "age") == 1);
  BOOST_TEST(ended(server, "api", "requests") == 0);
}

BOOST_AUTO_TEST_CASE(the_tool_plane_has_its_own_maximum_age) {
  const Deployment deployment(Settings{{"tool-connection-max-age", "1"}});
  const Server server(deployment);
  HttpsClient api(server.api_client());
  REQUIRE_STATUS(api.request("GET", "/healthz"), 200);
  BOOST_TEST((until_last_answer(server.tools_client()).first >= 800ms));
  std::this_thread::sleep_for(500ms);
  REQUIRE_STATUS(api.request("GET", "/healthz"), 200);
}

BOOST_AUTO_TEST_CASE(a_connection_ends_at_its_maximum_of_requests) {
  const Deployment deployment({{"connection-max-requests", "20"}, {"admin-listen", "127.0.0.1:0"}});
  const Server server(deployment);
  const int count = until_last_answer(server.api_client()).second;
  BOOST_TEST(count <= 20);
  BOOST_TEST(count >= 18);
  BOOST_TEST(ended(server, "api", "requests") == 1);
}

BOOST_AUTO_TEST_CASE(an_expiring_certificate_ends_its_open_connection) {
  Deployment deployment;
  const TestCa root(deployment.folder(), "own-root");
  const long life = 5;
  const TestCa brief(deployment.folder(), "own-brief", &root, {.valid_to_seconds = life});
  deployment.configure({{"tool-client-ca", root.certificate().string()}});
  const std::vector<std::string> name{"URI:spiffe://test/runtime"};
  const CertificateFiles leaf = root.issue(
      "leaf",
      {.common_name = "leaf", .alternative_names = name, .extended_usage = "clientAuth", .valid_to_seconds = life});
  const CertificateFiles of_brief = brief.issue("of-brief", {.common_name = "of-brief", .alternative_names = name});
  const CertificateFiles good = root.issue("good", {.common_name = "good", .alternative_names = name});
  // The file contains the issuer's certificate, too.
  write_file(of_brief.certificate, read_file(of_brief.certificate) + read_file(brief.certificate()));
  const auto expiry = std::chrono::system_clock::now() + std::chrono::seconds(life + 1);
  const Server server(deployment);
  const auto connect = [&](const CertificateFiles& files) {
    ClientOptions options = server.tools_client();
    options.certificate = files;
    return std::make_unique<HttpsClient>(options);
  };
  const auto ask = [](HttpsClient& client) {
    return client.request("POST", "/tool/v1/resolve", {{"Content-Type", "application/json"}},
                          R"({"user_id":"11111111-2222-4333-8444-555555555555","tool_name":"t"})");
  };
  const auto by_leaf = connect(leaf);
  const auto by_issuer = connect(of_brief);
  const auto by_good = connect(good);
  const auto elsewhere = connect(leaf);
  const auto with_nonsense = connect(leaf);
  REQUIRE_STATUS(elsewhere->request("GET", "/nowhere"), 404);
  REQUIRE_STATUS(with_nonsense->request("POST", "/tool/v1/resolve", {}, "{"), 422);
  for (HttpsClient* const each : {by_leaf.get(), by_issuer.get(), by_good.get()}) REQUIRE_STATUS(ask(*each), 200);
  std::this_thread::sleep_until(expiry);
  // Regardless of other faults of the request.
  for (const Answer& refused :
       {elsewhere->request("GET", "/nowhere"), with_nonsense->request("POST", "/tool/v1/resolve", {}, "{")}) {
    CHECK_STATUS(refused, 403);
    BOOST_TEST(refused.closes());
  }
  for (HttpsClient* const each : {by_leaf.get(), by_issuer.get()}) {
    const Answer refused = ask(*each);
    REQUIRE_STATUS(refused, 403);
    BOOST_TEST(refused.text("detail").find("has expired") != std::string::npos, refused.body);
    BOOST_TEST(refused.closes());
    BOOST_TEST(each->closed_by_server());
  }
  REQUIRE_STATUS(ask(*by_good), 200);
  const Finished audit = deployment.command({"audit", "tail", "--json"});
  BOOST_TEST(audit.out.find(R"("reason":"certificate_expired")") != std::string::npos, audit.out);
}

BOOST_AUTO_TEST_CASE(requests_and_answers_share_a_limit_of_memory) {
  const Deployment deployment({{"buffer-memory", "1M"}, {"threads", "1"}, {"admin-listen", "127.0.0.1:0"}});
  const Server server(deployment);
  Tenant tenant(deployment, server);
  // A body that is not JSON. It needs as much memory as incomplete ones.
  const std::string body(65'000, ' ');
  const auto ask = [&] { return tenant.api.request("POST", secrets_path, body); };
  REQUIRE_STATUS(ask(), 422);
  const auto used = [&] { return Scrape(server.admin_port()).sum("tacit_buffered_bytes"); };
  BOOST_TEST(Scrape(server.admin_port()).sum("tacit_buffered_bytes_limit") == 1 << 20);
  {
    std::vector<std::unique_ptr<HttpsClient>> clients;
    for (int i = 0; i < 30; ++i) clients.push_back(slow_client(server, tenant.key, slow_body));
    BOOST_TEST(comes_true([&] { return ask().status == 503; }));
    const Answer refused = ask();
    REQUIRE_STATUS(refused, 503);
    BOOST_TEST(refused.header("Retry-After") != "");
    BOOST_TEST(refused.text("detail").find("memory") != std::string::npos, refused.body);
    BOOST_TEST(used() > 600'000);
    BOOST_TEST(used() <= 3 << 18);  // a quarter is reserved for the tool plane
    const Answer resolved = HttpsClient(server.tools_client())
                                .request("POST", "/tool/v1/resolve", {{"Content-Type", "application/json"}},
                                         R"({"user_id":")" + tenant.id + R"(","tool_name":"agno__linear__get"})");
    CHECK_STATUS(resolved, 200);
    // Monitors see that the server is alive.
    REQUIRE_STATUS(tenant.api.get("/healthz"), 200);
    BOOST_TEST(Scrape(server.admin_port()).sum("tacit_unavailable_total", {{"reason", "memory"}}) >= 2);
  }
  BOOST_TEST(comes_true([&] { return ask().status == 422; }));
  BOOST_TEST(comes_true([&] { return used() < 300'000; }));
}

BOOST_AUTO_TEST_CASE(slow_requests_of_one_tenant_leave_memory_to_others) {
  const Deployment deployment({{"buffer-memory", "16M"}, {"threads", "1"}});
  const Server server(deployment);
  Tenant slow(deployment, server);
  Tenant other(deployment, server);
  const auto status_of = [body = std::string(65'000, ' ')](Tenant& tenant) {
    return tenant.api.request("POST", secrets_path, body).status;
  };
  REQUIRE_STATUS(slow.api.get(secrets_path), 200);
  for (const std::string& rest : {slow_body, slow_chunks}) {
    std::vector<std::unique_ptr<HttpsClient>> clients;
    // Together they want more than the API plane's share.
    for (int i = 0; i < 250; ++i) clients.push_back(slow_client(server, slow.key, rest));
    BOOST_TEST(comes_true([&] { return status_of(slow) == 503; }));
    BOOST_TEST(status_of(other) == 422);
    REQUIRE_STATUS(other.api.get(secrets_path), 200);
    clients.clear();
    BOOST_TEST(comes_true([&] { return status_of(slow) == 422; }));
  }
}

BOOST_AUTO_TEST_SUITE_END()
