// Clients' CAs, CRLs, keys and certificates are judged alike by check-config, at a handshake and after a reload, and
// each refusal gives the reason.
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "test/integration/support/certificates.hpp"
#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

template <class Condition>
bool comes_true(Condition condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

/// A tool plane whose clients have certificates of the test's own authority.
struct Bed {
  Bed() { deployment.configure({{"tool-client-ca", ca.certificate().string()}, {"admin-listen", "127.0.0.1:0"}}); }
  CertificateFiles client(const std::string& stem,
                          const std::vector<std::string>& names = {"URI:spiffe://test/runtime"}) {
    return ca.issue(stem, {.common_name = "client " + stem, .alternative_names = names});
  }
  void put_crl(const CrlRequest& request) {
    write_file(crl, ca.crl(request));
    deployment.configure({{"tool-client-crl", crl.string()}});
  }
  std::string check(int status) const {
    const Finished result = deployment.command({"check-config"});
    BOOST_TEST(result.status == status, result.out + result.err);
    return result.out + result.err;
  }
  std::string reload(Server& server) const {
    const std::size_t before = deployment.printed().size();
    server.process().signal(SIGHUP);
    const auto added = [&] { return deployment.printed().substr(before); };
    BOOST_REQUIRE(comes_true([&] { return has(added(), R"("event":"reloaded)"); }));
    return added();
  }

  Deployment deployment;
  TestCa ca{deployment.folder(), "own-runtimes"};
  std::filesystem::path crl = deployment.folder() / "clients.crl";
};

ClientOptions as(const Server& server, const CertificateFiles& certificate) {
  ClientOptions options = server.tools_client();
  options.certificate = certificate;
  options.tls_version = TLS1_2_VERSION;  // in TLS 1.2, the client sees a refusal within the handshake
  return options;
}

Answer ask(HttpsClient& client) {
  return client.request("POST", "/tool/v1/resolve", {{"Content-Type", "application/json"}},
                        R"({"user_id":"11111111-2222-4333-8444-555555555555","tool_name":"t"})");
}

bool is_let_in(const Server& server, const CertificateFiles& certificate) {
  try {
    HttpsClient client(as(server, certificate));
    return ask(client).status == 200;
  } catch (const TransportError&) {
    return false;
  }
}

/// The answer to these bytes on a connection without TLS.
std::string sent_plainly(std::uint16_t port, const std::string& bytes) {
  const int socket = connect_tcp(port, 5000ms);
  std::string answer;
  static_cast<void>(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  char part[1024];
  for (ssize_t got = 0; (got = ::recv(socket, part, sizeof part, 0)) > 0;)
    answer.append(part, static_cast<std::size_t>(got));
  ::close(socket);
  return answer;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_certificates)

BOOST_AUTO_TEST_CASE(a_revoked_certificate_is_refused_on_new_connections_and_on_open_ones) {
  Bed bed;
  const CertificateFiles good = bed.client("good");
  const CertificateFiles bad = bed.client("bad");
  bed.put_crl({});
  Server server(bed.deployment);
  HttpsClient open_bad(as(server, bad));
  HttpsClient open_good(as(server, good));
  REQUIRE_STATUS(ask(open_bad), 200);
  REQUIRE_STATUS(ask(open_good), 200);

  bed.put_crl({.revoked = {bad.certificate}});
  BOOST_TEST(has(bed.reload(server), R"("event":"reloaded"})"));
  const Answer refused = ask(open_bad);
  REQUIRE_STATUS(refused, 403);
  BOOST_TEST(has(refused.text("detail"), "revoked"));
  BOOST_TEST(refused.closes());
  REQUIRE_STATUS(ask(open_good), 200);
  BOOST_TEST(!is_let_in(server, bad));
  BOOST_TEST(is_let_in(server, good));
  BOOST_TEST(has(bed.deployment.printed(), "the client's certificate, or its issuer's, is revoked"));
  const Finished audit = bed.deployment.command({"audit", "tail", "--json"});
  BOOST_TEST(has(audit.out, R"("reason":"certificate_revoked")"), audit.out);
  BOOST_TEST(has(audit.out, R"("tool":"t")"), audit.out);

  // An invalid CRL leaves the previous one in use.
  write_file(bed.crl, "no list\n");
  BOOST_TEST(has(bed.reload(server), "certificates_kept"));
  BOOST_TEST(!is_let_in(server, bad));
  BOOST_TEST(is_let_in(server, good));
}

BOOST_AUTO_TEST_CASE(an_expired_crl_is_reported_everywhere_and_still_refuses) {
  Bed bed;
  const CertificateFiles good = bed.client("good");
  const CertificateFiles bad = bed.client("bad");
  bed.put_crl({.revoked = {bad.certificate}, .this_update_seconds = -7200, .next_update_seconds = -3600});
  BOOST_TEST(has(bed.check(0), "note: " + bed.crl.string() + ": the CRL of CN=own-runtimes expired at 20"));
  Server server(bed.deployment);
  BOOST_TEST(!is_let_in(server, bad));
  BOOST_TEST(is_let_in(server, good));
  BOOST_TEST(comes_true([&] { return has(bed.deployment.printed(), R"("event":"client_crl_expired")"); }));
  HttpsClient runtime(as(server, good));
  const Answer readiness = runtime.request("GET", "/readyz");
  REQUIRE_STATUS(readiness, 200);
  BOOST_TEST(has(readiness.body, "the CRL of CN=own-runtimes expired at"), readiness.body);
  BOOST_TEST(Scrape(server.admin_port()).sum("tacit_client_crl_expiry_timestamp_seconds", {}) < std::time(nullptr));
  const std::string log = bed.reload(server);
  BOOST_TEST(comes_true([&] {
    const std::string all = bed.deployment.printed();
    return has(all.substr(all.rfind(R"("event":"certificates_reloaded")")), R"("event":"client_crl_expired")");
  }));
}

BOOST_AUTO_TEST_CASE(crls_where_they_have_no_effect_are_refused) {
  Bed bed;
  const std::string list = bed.ca.crl();
  const auto with_list = [&](const std::filesystem::path& file, const std::string& name) {
    const auto copy = bed.deployment.folder() / name;
    write_file(copy, read_file(file) + list);
    std::filesystem::permissions(copy, std::filesystem::perms(0600));
    return copy.string();
  };
  const std::vector<std::pair<std::string, std::filesystem::path>> places = {
      {"tool-client-ca", bed.ca.certificate()},
      {"api-certificate", certificates().server.certificate},
      {"tool-certificate", certificates().server.certificate},
      {"api-certificate-key", certificates().server.key}};
  for (const auto& [setting, file] : places) {
    Bed other;
    other.deployment.configure({{setting, with_list(file, setting)}});
    const std::string said = other.check(2);
    BOOST_TEST(has(said, "a CRL, which has no effect here"), said);
  }
}

BOOST_AUTO_TEST_CASE(encrypted_keys_are_refused_without_a_prompt) {
  Bed bed;
  const auto key = bed.deployment.folder() / "encrypted.key";
  const std::string from = certificates().server.key.string();
  const std::vector<std::vector<std::string>> ways = {
      {"openssl", "pkcs8", "-topk8", "-in", from, "-passout", "pass:secret", "-out", key.string()},
      {"openssl", "ec", "-in", from, "-aes128", "-passout", "pass:secret", "-out", key.string()}};
  for (const auto& way : ways) {
    BOOST_REQUIRE(run(way).status == 0);
    std::filesystem::permissions(key, std::filesystem::perms(0600));
    bed.deployment.configure({{"api-certificate-key", key.string()}});
    const std::string said = bed.check(2);
    BOOST_TEST(has(said, key.string() + ": the private key is encrypted"), said);
    BOOST_TEST(has(said, "openssl pkey -in"), said);
  }
  bed.deployment.configure({{"api-certificate-key", from}});
  Server server(bed.deployment);
  bed.deployment.configure({{"api-certificate-key", key.string()}});
  BOOST_TEST(has(bed.reload(server), "the private key is encrypted"));
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_server_certificate_that_clients_will_not_accept_is_noted) {
  const auto notes = [](const CertificateRequest& request, const std::string& url, const std::string& why) {
    Bed bed;
    const CertificateFiles files = bed.ca.issue("server", request);
    bed.deployment.configure({{"api-certificate", files.certificate.string()},
                              {"api-certificate-key", files.key.string()},
                              {"public-url", url}});
    const std::string said = bed.check(0);
    BOOST_TEST(has(said, "note: " + files.certificate.string()), said);
    BOOST_TEST(has(said, why), said);
    Server server(bed.deployment);
    BOOST_TEST(has(bed.deployment.printed(), why));
    const std::string ready =
        sent_plainly(server.admin_port(), "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    BOOST_TEST(has(ready, "200 OK"), ready);
    BOOST_TEST(has(ready, R"("warnings":["the certificate of the plane api )"), ready);
  };
  CertificateRequest request{
      .common_name = "x", .alternative_names = {"DNS:localhost", "IP:127.0.0.1"}, .extended_usage = "serverAuth"};
  CertificateRequest old = request;
  old.valid_from_seconds = -7200;
  old.valid_to_seconds = -3600;
  notes(old, "", "ended at 20");
  CertificateRequest early = request;
  early.valid_from_seconds = 3600;
  notes(early, "", "is not valid before 20");
  notes(request, "https://tacit.example.org", "is not for tacit.example.org, the host of public-url");
  CertificateRequest nameless = request;
  nameless.alternative_names.clear();
  notes(nameless, "", "has no subject alternative name");
  CertificateRequest of_client = request;
  of_client.extended_usage = "clientAuth";
  notes(of_client, "https://localhost:8443", "lacks serverAuth");
}

BOOST_AUTO_TEST_CASE(a_good_certificate_causes_no_note) {
  Bed bed;
  bed.deployment.configure({{"public-url", "https://localhost"}});
  bed.put_crl({});
  BOOST_TEST(bed.check(0) == "The configuration is good.\n");
}

BOOST_AUTO_TEST_CASE(wrong_keys_and_wrong_chain_orders_have_their_own_messages) {
  Bed bed;
  const auto chain = bed.deployment.folder() / "chain.pem";
  const CertificateFiles& server = certificates().server;
  bed.deployment.configure({{"api-certificate", chain.string()}});
  write_file(chain, read_file(certificates().servers.certificate()) + read_file(server.certificate));
  BOOST_TEST(has(bed.check(2), "is number 2 in the file; it must be the first"));
  write_file(chain, read_file(bed.ca.certificate()));
  BOOST_TEST(has(bed.check(2), "does not belong to the certificate of CN=own-runtimes"));
  write_file(chain, read_file(server.certificate) + read_file(bed.ca.certificate()));
  BOOST_TEST(has(bed.check(0), "a chain in the wrong order"));
}

BOOST_AUTO_TEST_CASE(refused_handshakes_are_logged_with_their_reason_once_a_second) {
  Bed bed;
  CertificateRequest old{.common_name = "old", .alternative_names = {"URI:spiffe://test/runtime"}};
  old.valid_from_seconds = -7200;
  old.valid_to_seconds = -3600;
  CertificateRequest early{.common_name = "early", .alternative_names = {"URI:spiffe://test/runtime"}};
  early.valid_from_seconds = 3600;
  CertificateRequest other{
      .common_name = "other", .alternative_names = {"URI:spiffe://test/runtime"}, .extended_usage = "serverAuth"};
  Server server(bed.deployment);
  const std::vector<std::pair<CertificateFiles, std::string>> refused = {
      {bed.ca.issue("old", old), "has expired"},
      {bed.ca.issue("early", early), "is not yet valid"},
      {bed.ca.issue("other", other), "is for another purpose"},
      {certificates().runtime, "has an unknown issuer"}};
  for (const auto& [files, why] : refused) {
    for (int i = 0; i < 3; ++i) BOOST_TEST(!is_let_in(server, files));
    const std::string log = bed.deployment.printed();
    const auto first = log.find(why);
    BOOST_TEST(first != std::string::npos, why);
  }
  ClientOptions without = as(server, certificates().runtime);
  without.certificate.reset();
  BOOST_CHECK_THROW(HttpsClient{without}, TransportError);
  BOOST_TEST(comes_true([&] { return has(bed.deployment.printed(), "the client has no certificate"); }));
  // A connection without a handshake, such as a port check, is not logged.
  const std::size_t before = bed.deployment.printed().size();
  ::close(connect_tcp(server.tools_port(), 1000ms));
  HttpsClient client(as(server, bed.client("good")));
  REQUIRE_STATUS(ask(client), 200);
  BOOST_TEST(!has(bed.deployment.printed().substr(before), "handshake_failed"));
}

BOOST_AUTO_TEST_CASE(plain_http_gets_a_hint_to_use_https) {
  Bed bed;
  bed.deployment.configure({{"proxy-protocol-from", "127.0.0.9"}});
  Server server(bed.deployment);
  for (const std::uint16_t port : {server.api_port(), server.tools_port()}) {
    for (const char* method : {"GET", "POST", "PATCH", "DELETE", "OPTIONS", "PUT"}) {
      const std::string answer = sent_plainly(port, std::string(method) + " /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
      BOOST_TEST(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), answer);
      BOOST_TEST(has(answer, "Connection: close\r\n"), answer);
      BOOST_TEST(has(answer, R"({"detail":"This port speaks HTTPS: use https:// instead of http://."})"), answer);
    }
    const std::string head = sent_plainly(port, "HEAD / HTTP/1.1\r\n\r\n");
    BOOST_TEST(head.ends_with("\r\n\r\n"), head);
    for (const char* text :
         {"SSH-2.0-x\r\n", "get / HTTP/1.1\r\n\r\n", "\x16\x03\x01\xff\xff", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"}) {
      BOOST_TEST(!has(sent_plainly(port, text), "HTTP/1.1"), text);
    }
  }
  BOOST_TEST(has(bed.deployment.printed(), "the client speaks plain HTTP"));
  BOOST_TEST(has(bed.deployment.printed(), "proxy-protocol-from does not name its address"));
  REQUIRE_STATUS(HttpsClient(server.api_client()).request("GET", "/healthz"), 200);
}

BOOST_AUTO_TEST_SUITE_END()
