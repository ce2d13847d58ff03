// A SIGHUP takes renewed certificates, ticket keys and authorities, and keeps the old ones if the new are not usable.
#include <filesystem>
#include <string>

#include "test/integration/reload/reloading.hpp"
#include "test/integration/support/scrape.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

/// A deployment whose tool plane has files of its own for its certificate and its clients' authority, which a test can
/// change.
struct ToolPlaneFiles {
  ToolPlaneFiles() {
    put(certificates().server, certificates().runtimes);
    deployment.configure({{"tool-certificate", certificate.string()},
                          {"tool-certificate-key", key.string()},
                          {"tool-client-ca", authority.string()}});
  }
  void put(const CertificateFiles& shown, const TestCa& trusted) const {
    constexpr auto overwrite = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(shown.certificate, certificate, overwrite);
    std::filesystem::copy_file(shown.key, key, overwrite);
    std::filesystem::copy_file(trusted.certificate(), authority, overwrite);
  }

  Deployment deployment;
  std::filesystem::path folder = deployment.folder();
  std::filesystem::path certificate = folder / "tools.pem";
  std::filesystem::path key = folder / "tools.key";
  std::filesystem::path authority = folder / "clients-of-tools.pem";
};

int status_of_resolve(HttpsClient& client, const Tenant& tenant) {
  const json::object question{{"user_id", tenant.id}, {"tool_name", "t"}};
  return client.request("POST", "/tool/v1/resolve", {{"Content-Type", "application/json"}}, json::serialize(question))
      .status;
}

bool is_served(const ClientOptions& options, const Tenant& tenant) {
  try {
    HttpsClient client(options);
    return status_of_resolve(client, tenant) == 200;
  } catch (const TransportError&) {
    return false;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reload_certificates)

BOOST_AUTO_TEST_CASE(renewed_certificates) {
  Deployment deployment(Settings{{"admin-listen", "127.0.0.1:0"}});
  const auto ticket_keys = deployment.folder() / "ticket-keys";
  Server server(deployment);
  const auto expiry = [&](const char* plane) {
    return Scrape(server.admin_port()).sum("tacit_certificate_expiry_timestamp_seconds", {{"plane", plane}});
  };
  const double before = expiry("api");
  CertificateRequest request{.common_name = "127.0.0.1",
                             .alternative_names = {"IP:127.0.0.1", "DNS:localhost"},
                             .extended_usage = "serverAuth"};
  request.valid_to_seconds = 7 * 86400;
  const CertificateFiles renewed = certificates().servers.issue("renewed", request);
  deployment.configure(
      {{"api-certificate", renewed.certificate.string()}, {"api-certificate-key", renewed.key.string()}});

  // As after a renewal that ignores file modes: the next start would refuse the file, so the reload refuses it too.
  std::filesystem::permissions(renewed.key, std::filesystem::perms(0644));
  std::string log = reload_log(server, deployment);
  BOOST_TEST(!is_good(log));
  BOOST_TEST(value_in(log, "certificates_kept", "reason").find("other than its owner and group") != std::string::npos);
  BOOST_TEST(expiry("api") == before);

  // Bad ticket keys do not prevent a new certificate, and a fault of the other plane has its own line.
  std::filesystem::permissions(renewed.key, std::filesystem::perms(0600));
  write_file(ticket_keys, "rubbish");
  std::filesystem::permissions(ticket_keys, std::filesystem::perms(0600));
  deployment.configure({{"ticket-keys", ticket_keys.string()}, {"tool-certificate", "/nowhere"}});
  log = reload_log(server, deployment);
  BOOST_TEST(!is_good(log));
  BOOST_TEST(occurrences(log, R"("event":"certificates_kept")") == 2u, log);
  BOOST_TEST(log.find("/nowhere") != std::string::npos);
  BOOST_TEST(log.find("ticket-keys") != std::string::npos);
  BOOST_TEST(expiry("api") > before);
  BOOST_TEST(expiry("tools") == before);
  REQUIRE_STATUS(HttpsClient(server.api_client()).request("GET", "/healthz"), 200);

  deployment.configure({{"ticket-keys", ""}, {"tool-certificate", certificates().server.certificate.string()}});
  BOOST_TEST(is_good(reload_log(server, deployment)));
}

BOOST_AUTO_TEST_CASE(the_tool_planes_certificate_and_client_authority) {
  const ToolPlaneFiles files;
  Server server(files.deployment);
  Tenant tenant(files.deployment, server);
  tenant.create(secret_for_all_tools);
  // The same identity under two authorities.
  const TestCa others(files.folder, "other-runtimes");
  const ClientOptions old = server.tools_client();
  ClientOptions changed = old;
  changed.certificate =
      others.issue("newcomer", {.common_name = "runtime", .alternative_names = {"URI:spiffe://test/runtime"}});
  HttpsClient before(old);
  BOOST_TEST(status_of_resolve(before, tenant) == 200);
  BOOST_TEST(before.server_name() == "127.0.0.1");
  BOOST_TEST(!is_served(changed, tenant));

  files.put(certificates().servers.issue(
                "reload-tools",
                {.common_name = "second", .alternative_names = {"IP:127.0.0.1"}, .extended_usage = "serverAuth"}),
            others);
  BOOST_TEST(is_good(reload_log(server, files.deployment)));
  BOOST_TEST(is_served(changed, tenant));
  BOOST_TEST(HttpsClient(changed).server_name() == "second");
  BOOST_TEST(!is_served(old, tenant));
  ClientOptions resuming = old;
  resuming.session = before.session();
  BOOST_TEST(!is_served(resuming, tenant));
  BOOST_TEST(status_of_resolve(before, tenant) == 403);  // nor are existing connections

  write_file(files.authority, "no authority\n");
  const std::string log = reload_log(server, files.deployment);
  BOOST_TEST(!is_good(log));
  BOOST_TEST(value_in(log, "certificates_kept", "reason").find(files.authority.string()) != std::string::npos, log);
  BOOST_TEST(is_served(changed, tenant));
  BOOST_TEST(!is_served(old, tenant));
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
