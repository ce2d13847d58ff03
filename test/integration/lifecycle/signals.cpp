// Signals make a running server reload, drain or stop at once; open connections are served until then.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "test/integration/support/shared_server.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

/// Waits until the condition holds, at most five seconds.
template <class Condition>
bool comes_true(Condition condition) {
  for (int i = 0; i < 100; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(50ms);
  }
  return false;
}

/// The serial number of the certificate that a new connection gets.
std::string served_serial(const ClientOptions& options) {
  const std::string command = "openssl s_client -connect 127.0.0.1:" + std::to_string(options.port) +
                              " </dev/null 2>/dev/null | openssl x509 -noout -serial";
  return run({"/bin/sh", "-c", command}).out;
}

/// A deployment with its own file for the server's certificate, which a test can change.
struct Changeable {
  Changeable() {
    put("first");
    deployment.configure({{"api-certificate", certificate.string()}, {"api-certificate-key", key.string()}});
  }
  void put(const std::string& stem) const {
    const CertificateFiles made =
        certificates().servers.issue("reload-" + stem, {.common_name = "localhost",
                                                        .alternative_names = {"DNS:localhost", "IP:127.0.0.1"},
                                                        .extended_usage = "serverAuth"});
    std::filesystem::copy_file(made.certificate, certificate, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(made.key, key, std::filesystem::copy_options::overwrite_existing);
  }

  Deployment deployment;
  std::filesystem::path certificate = deployment.folder() / "reload.pem";
  std::filesystem::path key = deployment.folder() / "reload.key";
};

}  // namespace

BOOST_AUTO_TEST_SUITE(signals)

BOOST_AUTO_TEST_CASE(sighup_reloads_certificates_and_keeps_good_ones) {
  const Changeable files;
  Server server(files.deployment);
  HttpsClient before(server.api_client());
  REQUIRE_STATUS(before.request("GET", "/healthz"), 200);
  const std::string first = served_serial(server.api_client());
  BOOST_REQUIRE(!first.empty());

  files.put("second");
  server.process().signal(SIGHUP);
  BOOST_TEST(comes_true([&] { return served_serial(server.api_client()) != first; }));
  const std::string second = served_serial(server.api_client());
  REQUIRE_STATUS(before.request("GET", "/healthz"), 200);  // existing connections stay open

  write_file(files.certificate, "not a certificate\n");
  server.process().signal(SIGHUP);
  BOOST_TEST(comes_true([&] { return files.deployment.printed().find("certificates_kept") != std::string::npos; }));
  BOOST_TEST(served_serial(server.api_client()) == second);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_draining_server_serves_but_is_not_ready) {
  const Deployment deployment(Settings{{"drain-delay", "60"}});
  Server server(deployment);
  const auto ask = [&](const char* target) { return HttpsClient(server.api_client()).request("GET", target); };
  HttpsClient client(server.api_client());
  REQUIRE_STATUS(client.request("GET", "/readyz"), 200);
  server.process().signal(SIGTERM);
  BOOST_TEST(comes_true([&] { return ask("/readyz").status == 503; }));
  // Existing connections are served, and asked to reconnect.
  const Answer last = client.request("GET", "/healthz");
  REQUIRE_STATUS(last, 200);
  BOOST_TEST(last.closes());
  REQUIRE_STATUS(ask("/healthz"), 200);
  // A second signal skips the wait.
  server.process().signal(SIGTERM);
  const auto code = server.process().wait(10s);
  BOOST_REQUIRE(code.has_value());
  BOOST_TEST(*code == 0);
}

BOOST_AUTO_TEST_CASE(signals_to_the_very_end_do_not_change_the_exit_code) {
  const Deployment deployment;
  for (const int late : {SIGTERM, SIGINT, SIGHUP}) {
    for (int round = 0; round < 5; ++round) {
      Server server(deployment);
      server.process().signal(SIGTERM);
      while (server.process().running()) {
        server.process().signal(late);
        std::this_thread::sleep_for(1ms);
      }
      const int code = server.process().wait(0ms).value_or(-1);
      BOOST_TEST(code == 0, "signal " << late << ", exit code " << code);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_second_server_does_not_share_the_port) {
  const Deployment deployment;
  Server server(deployment);
  const Finished second =
      deployment.command({"serve", "--plane", "api", "--api-listen", "127.0.0.1:" + std::to_string(server.api_port())});
  BOOST_TEST(second.status == 2);
  BOOST_TEST(second.err.find("cannot listen on 127.0.0.1") != std::string::npos, second.err);
}

BOOST_AUTO_TEST_CASE(no_key_is_created_if_standard_output_is_closed) {
  const Deployment deployment;
  const std::string command = std::string(TACIT_BINARY) + " api-key create --config " + deployment.config().string() +
                              " --tenant " + new_uuid() + " --name nowhere >&-";
  const Finished finished = run({"/bin/sh", "-c", command});
  BOOST_TEST(finished.status == 1, finished.err);
  for (const auto& file : std::filesystem::directory_iterator(deployment.store())) {
    BOOST_TEST(read_file(file.path()).find("tct_") == std::string::npos, file.path());
  }
}

BOOST_AUTO_TEST_SUITE_END()
