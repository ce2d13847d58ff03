// Peers that send TLS records without requests are cut off, and other clients are served meanwhile.
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include <openssl/err.h>

#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

const Deployment& deployment() {
  static const Deployment made({{"threads", "1"}, {"admin-listen", "127.0.0.1:0"}});
  return made;
}

Server& server() {
  static Server made(deployment());
  return made;
}

/// Whether the server ends the connection before that many key updates.
bool ended_by_key_updates(HttpsClient& client, int kind, int most) {
  for (int i = 0; i < most; ++i) {
    if (SSL_key_update(client.ssl(), kind) != 1 || SSL_do_handshake(client.ssl()) != 1) {
      ERR_clear_error();
      return true;
    }
    if (i % 16 == 15) std::this_thread::sleep_for(1ms);  // so that the end of the connection arrives
  }
  return false;
}

/// Whether the server accepts a key exchange in one of these groups. Its certificate is not verified.
bool takes_groups(const char* groups) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context.get()), SSL_free);
  BOOST_REQUIRE(SSL_set1_groups_list(ssl.get(), groups) == 1);
  const int socket = connect_tcp(server().api_client().port, 5s);
  SSL_set_fd(ssl.get(), socket);
  const bool agreed = SSL_connect(ssl.get()) == 1;
  ERR_clear_error();
  ::close(socket);
  return agreed;
}

double ended_by_flood() {
  return Scrape(server().admin_port()).sum("tacit_connections_ended_total", {{"plane", "api"}, {"reason", "flood"}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_floods)

BOOST_DATA_TEST_CASE(a_connection_of_key_updates_alone_is_ended,
                     boost::unit_test::data::make({SSL_KEY_UPDATE_NOT_REQUESTED, SSL_KEY_UPDATE_REQUESTED}), kind) {
  server();
  const double before = ended_by_flood();
  HttpsClient flood(server().api_client());
  REQUIRE_STATUS(flood.request("GET", "/healthz"), 200);
  BOOST_TEST(ended_by_key_updates(flood, kind, 20'000));
  BOOST_TEST(ended_by_flood() == before + 1);
  REQUIRE_STATUS(HttpsClient(server().api_client()).request("GET", "/healthz"), 200);
}

BOOST_AUTO_TEST_CASE(a_client_may_renew_its_keys_between_requests) {
  HttpsClient client(server().api_client());
  for (int i = 0; i < 50; ++i) {
    BOOST_TEST(!ended_by_key_updates(client, i % 2 == 0 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED, 3));
    REQUIRE_STATUS(client.request("GET", "/healthz"), 200);
  }
}

BOOST_AUTO_TEST_CASE(endless_pipelining_does_not_delay_other_clients) {
  server();
  std::atomic<bool> done{false};
  std::atomic<int> bad{0};
  std::atomic<int> good{0};
  const auto flood = [&] {
    std::string many;
    for (int i = 0; i < 200; ++i) many += request_bytes("GET", "/healthz", {}, {});
    try {
      HttpsClient client(server().api_client());
      while (!done) {
        client.send(many);
        for (int i = 0; i < 200; ++i) ++(client.read_answer().status == 200 ? good : bad);
      }
    } catch (const TransportError&) {
      ++bad;
    }
  };
  std::thread first(flood);
  std::thread second(flood);
  for (int i = 0; i < 30; ++i) {
    REQUIRE_STATUS(HttpsClient(server().api_client()).request("GET", "/healthz"), 200);
  }
  done = true;
  first.join();
  second.join();
  BOOST_TEST(bad == 0);
  BOOST_TEST(good > 0);
}

// The largest of these groups costs the server 120 ms, and the client nothing.
BOOST_AUTO_TEST_CASE(slow_key_exchanges_are_refused) {
  for (const char* const group : {"X25519", "P-256", "X448", "P-521"}) BOOST_TEST(takes_groups(group), group);
  // Older versions of OpenSSL take 2 ms for it.
  constexpr unsigned long with_fast_p384 = 0x30500000;
  BOOST_TEST(takes_groups("P-384") == (OpenSSL_version_num() >= with_fast_p384));
  for (const char* const group : {"ffdhe2048", "ffdhe8192"}) BOOST_TEST(!takes_groups(group), group);
}

BOOST_AUTO_TEST_CASE(unknown_protocols_are_refused_with_an_alert) {
  ClientOptions options = server().api_client();
  options.alpn = "\x02h2\x08http/1.1";
  {
    HttpsClient client(options);
    BOOST_TEST(client.protocol() == "http/1.1");
    REQUIRE_STATUS(client.request("GET", "/healthz"), 200);
    // Its sessions are still resumed.
    options.session = client.session();
  }
  HttpsClient again(options);
  BOOST_TEST(again.resumed());
  BOOST_TEST(again.protocol() == "http/1.1");
  options.session = {};
  // Like `curl --http1.0`.
  options.alpn = "\x08http/1.0";
  {
    HttpsClient client(options);
    BOOST_TEST(client.protocol() == "http/1.0");
    client.send("GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n");
    REQUIRE_STATUS(client.read_answer(), 200);
  }
  options.alpn = "\x08http/1.0\x08http/1.1";
  BOOST_TEST(HttpsClient(options).protocol() == "http/1.1");
  for (const char* const others : {"\x02h2", "\x02h2\x06spdy/3", "\x08http/0.9", "\x08HTTP/1.1", "\x04http"}) {
    options.alpn = others;
    BOOST_CHECK_EXCEPTION(HttpsClient{options}, TransportError, [](const TransportError& error) {
      return std::string(error.what()).find("no application protocol") != std::string::npos;
    });
  }
  BOOST_TEST(deployment().printed().find("http/1.1 is not among its ALPN names") != std::string::npos);
  ClientOptions tools = server().tools_client();
  tools.alpn = "\x02h2";
  BOOST_CHECK_THROW(HttpsClient{tools}, TransportError);
  tools.alpn = "\x08http/1.1";
  BOOST_TEST(HttpsClient(tools).protocol() == "http/1.1");
}

BOOST_AUTO_TEST_SUITE_END()
