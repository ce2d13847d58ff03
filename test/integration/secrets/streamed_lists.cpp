// Lists that are sent while they are read are complete and bounded in memory, and a client can tell an incomplete list
// from a complete one.
#include <boost/json/parse.hpp>

#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <set>
#include <thread>

#include "test/integration/support/logged_requests.hpp"
#include "test/integration/support/parallel.hpp"
#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"

namespace json = boost::json;
using namespace std::chrono_literals;
using namespace tacit::test;

namespace {

constexpr std::size_t many = 600;

/// Creates secrets with long names, about 1.3 KB each, so that few make a long list.
void fill(const Server& server, const Tenant& tenant) {
  constexpr int clients = 4;
  in_parallel(clients, [&](std::size_t client) {
    Client api(server, tenant.key);
    for (std::size_t i = client; i < many; i += clients) {
      const std::string number = std::to_string(i);
      const json::value body = {{"secret_name", number + std::string(1000 - number.size(), 'n')},
                                {"secret_value", "12345678"},
                                {"tool_name", "tool__" + number + "*"}};
      const Answer made = api.post(secrets_path, body);
      if (made.status != 200) throw std::runtime_error("not stored: " + made.body);
    }
  });
}

/// A server with a tenant whose list is long.
struct Long {
  Deployment deployment{Settings{{"admin-listen", "127.0.0.1:0"}, {"request-rate", "0"}}};
  Server server{deployment};
  Tenant tenant{deployment, server};
  Long() { fill(server, tenant); }
};

Long& shared() {
  static Long all;
  return all;
}

void check_whole(const json::value& answer) {
  std::set<std::string> ids;
  std::string last;
  for (const json::value& secret : answer.at("data").as_array()) {
    const std::string id(secret.at("secret_id").as_string());
    BOOST_TEST(id > last);
    last = id;
    ids.insert(id);
  }
  BOOST_TEST(ids.size() == many);
}

std::string get_bytes(const std::string& version, const Headers& more = {}) {
  std::string bytes = "GET " + secrets_path + " HTTP/" + version + "\r\nHost: x\r\nx-api-key: " + shared().tenant.key;
  for (const auto& [name, value] : more) bytes += "\r\n" + name + ": " + value;
  return bytes + "\r\n\r\n";
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_is_the_programs = false;  // sanitizers keep freed memory
#else
constexpr bool memory_is_the_programs = true;
#endif

std::size_t resident_bytes(pid_t process) {
  std::ifstream statm("/proc/" + std::to_string(process) + "/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  statm >> all >> resident;
  return resident * 4096;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streamed_lists)

BOOST_AUTO_TEST_CASE(a_long_list_is_chunked_and_the_connection_stays_open) {
  HttpsClient client(shared().server.api_client());
  const Headers headers = {{"x-api-key", shared().tenant.key}, {"X-Request-Id", "long-list"}};
  for (int i = 0; i < 2; ++i) {
    const Answer list = client.request("GET", secrets_path, headers);
    REQUIRE_STATUS(list, 200);
    BOOST_TEST(list.header("Transfer-Encoding") == "chunked");
    BOOST_TEST(!list.closes());
    BOOST_TEST(list.header("Content-Type") == "application/json");
    check_whole(list.json());
    const json::value line = wait_for_line(shared().deployment, "request", "long-list");
    BOOST_TEST(line.at("bytes").to_number<std::size_t>() == list.body.size());
    BOOST_TEST(line.at("status").to_number<int>() == 200);
  }
  REQUIRE_STATUS(client.request("GET", "/api/v1/quota", headers), 200);
}

BOOST_AUTO_TEST_CASE(a_list_of_one_piece_has_a_content_length) {
  const Answer page = shared().tenant.api.get(secrets_path + "?limit=20");
  REQUIRE_STATUS(page, 200);
  BOOST_TEST(page.count("Transfer-Encoding") == 0U);
  BOOST_TEST(page.header("Content-Length") == std::to_string(page.body.size()));
  // No matter how many rows are read for it.
  const Answer one = shared().tenant.api.get(secrets_path + "?limit=1&tool_name=tool__599*");
  BOOST_TEST(one.header("Content-Length") == std::to_string(one.body.size()));
  BOOST_TEST(one.at("data").as_array().size() == 1U);
  BOOST_TEST(one.at("next_cursor").is_null());
}

BOOST_AUTO_TEST_CASE(over_http_1_0_a_long_list_ends_with_the_connection) {
  for (const Headers& more : {Headers{}, Headers{{"Connection", "keep-alive"}}}) {
    HttpsClient client(shared().server.api_client());
    client.send(get_bytes("1.0", more));
    const std::string answer = client.read_to_end();
    const std::size_t head = answer.find("\r\n\r\n") + 4;
    BOOST_TEST(answer.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(answer.substr(0, head).find("Transfer-Encoding") == std::string::npos);
    BOOST_TEST(answer.substr(0, head).find("Content-Length") == std::string::npos);
    BOOST_TEST(answer.substr(0, head).find("Connection: close\r\n") != std::string::npos);
    check_whole(json::parse(answer.substr(head)));
  }
}

BOOST_AUTO_TEST_CASE(head_answers_as_get_without_a_body) {
  HttpsClient client(shared().server.api_client());
  client.send("HEAD " + get_bytes("1.1").substr(4));
  const Answer head = client.read_answer(true);
  REQUIRE_STATUS(head, 200);
  BOOST_TEST(head.header("Transfer-Encoding") == "chunked");
  BOOST_TEST(head.count("Content-Length") == 0U);
  REQUIRE_STATUS(client.request("GET", "/api/v1/quota", {{"x-api-key", shared().tenant.key}}), 200);
}

BOOST_AUTO_TEST_CASE(all_pages_together_are_the_list) {
  std::set<std::string> ids;
  std::string cursor;
  for (int pages = 0; pages < 20; ++pages) {
    const Answer page = shared().tenant.api.get(secrets_path + "?limit=97&tool_name=tool*&cursor=" + cursor);
    REQUIRE_STATUS(page, 200);
    const json::value answer = page.json();
    for (const json::value& secret : answer.at("data").as_array()) ids.emplace(secret.at("secret_id").as_string());
    if (answer.at("next_cursor").is_null()) break;
    cursor = std::string(answer.at("next_cursor").as_string());
  }
  BOOST_TEST(ids.size() == many);
}

BOOST_AUTO_TEST_CASE(slow_readers_of_long_lists_hold_little_memory) {
  constexpr std::size_t readers = 20;
  HttpsClient first(shared().server.api_client());
  first.send(get_bytes("1.1"));
  REQUIRE_STATUS(first.read_answer(), 200);
  const std::size_t before = resident_bytes(shared().server.process().pid());
  std::vector<std::unique_ptr<HttpsClient>> clients;
  for (std::size_t i = 0; i < readers; ++i) {
    clients.push_back(std::make_unique<HttpsClient>(shared().server.api_client()));
    const int small = 64 * 1024;
    setsockopt(clients.back()->socket(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    // More than the system's buffers hold, which do not count as the server's memory.
    for (int j = 0; j < 12; ++j) clients.back()->send(get_bytes("1.1"));
  }
  std::this_thread::sleep_for(1s);
  const std::size_t after = resident_bytes(shared().server.process().pid());
  BOOST_TEST_MESSAGE((after - before) / readers / 1024 << " KiB a reader");
  // A list has 780 KB; held whole, with room to grow, it would take 1 MiB per reader.
  if (memory_is_the_programs && after > before) BOOST_TEST(after - before < readers * (std::size_t{384} << 10));
  for (const auto& client : clients) check_whole(client->read_answer().json());
}

BOOST_AUTO_TEST_CASE(a_failure_after_the_head_is_visible_to_the_client) {
  Deployment deployment(Settings{{"admin-listen", "127.0.0.1:0"}, {"request-rate", "1"}, {"request-burst", "2000"}});
  std::string key;
  std::string last;
  {
    Server server(deployment);
    Tenant tenant(deployment, server);
    fill(server, tenant);
    key = tenant.key;
    const json::value list = tenant.api.get(secrets_path).json();
    last = std::string(list.at("data").as_array().back().at("secret_id").as_string());
    BOOST_REQUIRE(server.stop() == 0);
  }
  std::string id;
  for (std::size_t i = 0; i < last.size(); i += 2) {
    if (last[i] == '-') ++i;
    id.push_back(static_cast<char>(std::stoi(last.substr(i, 2), nullptr, 16)));
  }
  for (const Row& row : read_rows(deployment.store())) {
    if (row.table != "tenants" || row.key.size() != 33 || row.key.substr(17) != id) continue;
    std::string altered = row.value;
    altered.back() = static_cast<char>(altered.back() ^ 1);
    write_row(deployment.store(), row.table, row.key, altered);
  }
  Server server(deployment);
  Client api(server, key);
  const auto started = std::chrono::steady_clock::now();
  const int before = remaining(api);
  HttpsClient client(server.api_client());
  BOOST_CHECK_THROW(client.request("GET", secrets_path, {{"x-api-key", key}, {"X-Request-Id", "cut-short"}}),
                    TransportError);
  const json::value line = wait_for_line(deployment, "answer_cut_short", "cut-short");
  BOOST_TEST(line.at("reason").as_string() == "integrity");
  const json::value request = wait_for_line(deployment, "request", "cut-short");
  BOOST_TEST(request.at("note").as_string() == "integrity");
  BOOST_TEST(request.at("connection").as_string() == "close");
  // The rows read are charged nevertheless: the list with 599 rows, and the request for the limits.
  const int spent = before - remaining(api);
  const auto come_back = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - started).count();
  BOOST_TEST(spent <= 7);
  BOOST_TEST(spent >= 7 - come_back);
  BOOST_TEST(settled_scrape(server.admin_port()).sum("tacit_integrity_failures_total", {}) == 1);
  // Over HTTP/1.0 only TLS shows it: there is no close_notify.
  HttpsClient old(server.api_client());
  old.send("GET " + secrets_path + " HTTP/1.0\r\nx-api-key: " + key + "\r\nHost: x\r\n\r\n");
  const std::string answer = old.read_to_end();
  BOOST_TEST(answer.find("]}") == std::string::npos);
  BOOST_TEST(!old.said_goodbye());
  // A failure before the head gets an ordinary answer.
  const Answer found = Client(server, key).get(secrets_path + last);
  REQUIRE_STATUS(found, 500);
}

BOOST_AUTO_TEST_CASE(others_are_served_while_long_lists_are_read) {
  const Long& all = shared();
  std::atomic<bool> stop{false};
  std::atomic<int> lists{0};
  std::vector<std::thread> listers;
  for (int i = 0; i < 4; ++i) {
    listers.emplace_back([&, i] {
      Client client(all.server, all.tenant.key);
      while (!stop) {
        const Answer answer = client.get(secrets_path + (i % 2 == 0 ? "" : "?limit=1&tool_name=*zz*"));
        if (answer.status != 200 && answer.status != 429) break;
        ++lists;
      }
    });
  }
  Tenant other(all.deployment, all.server);
  while (lists < 20) REQUIRE_STATUS(other.api.get("/api/v1/quota"), 200);
  stop = true;
  for (std::thread& lister : listers) lister.join();
}

BOOST_AUTO_TEST_SUITE_END()
