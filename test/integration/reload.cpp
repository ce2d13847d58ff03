// A SIGHUP applies the settings that can change in a running server, keeps the others, and reports both.
#include <csignal>
#include <sstream>

#include "test/integration/scrape.hpp"
#include "test/integration/shared_server.hpp"
#include "test/integration/token_signer.hpp"
#include "test/integration/trusting_deployment.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// Reloads, and returns the log lines of the reload once it is done.
std::string reload_log(Server& server, const Deployment& deployment) {
  const std::size_t before = deployment.printed().size();
  server.process().signal(SIGHUP);
  std::string added;
  for (int i = 0; i < 500; ++i) {
    added = deployment.printed().substr(before);
    if (added.find(R"("event":"reloaded)") != std::string::npos) break;
    std::this_thread::sleep_for(20ms);
  }
  BOOST_REQUIRE_MESSAGE(added.find(R"("event":"reloaded)") != std::string::npos, added);
  std::this_thread::sleep_for(50ms);  // each io thread applies it at its own time
  return added;
}

bool is_good(const std::string& log) { return log.find(R"("event":"reloaded"})") != std::string::npos; }

std::string value_in(const std::string& log, const std::string& event, const std::string& field) {
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const json::object entry = json::parse(line).as_object();
    if (entry.at("event").as_string() != json::string(event)) continue;
    const json::value* found = entry.if_contains(field);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
  }
  return "no such event";
}

const json::value secret_for_all_tools = {{"secret_name", "n"},
                                          {"secret_value", "the value"},
                                          {"tool_name", "*"},
                                          {"tool_arg", "a"},
                                          {"is_default_for_tool", true}};

/// Adds a key of another deployment to this one's keyring, as the primary one or beside it.
void add_key(const Deployment& to, const Deployment& from, const std::string& keyring, bool as_primary) {
  const auto file = to.folder() / keyring;
  std::istringstream own(read_file(file));
  std::istringstream other(read_file(from.folder() / keyring));
  std::string head;
  std::string key;
  std::string content;
  std::getline(other, head);
  std::getline(other, key);
  for (std::string line; std::getline(own, line);) {
    const auto primary = line.find(" primary ");
    const bool is_signer = line.starts_with("sign ");
    if (as_primary && !is_signer && primary != std::string::npos) line.replace(primary, 9, " active ");
    content += line + "\n";
  }
  if (const auto primary = key.find(" primary "); !as_primary && primary != std::string::npos) {
    key.replace(primary, 9, " active ");
  }
  const auto permissions = std::filesystem::status(file).permissions();
  std::filesystem::remove(file);
  write_file(file, content + key + "\n");
  std::filesystem::permissions(file, permissions);
}

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
  BOOST_TEST(count(log, R"("event":"certificates_kept")") == 2u, log);
  BOOST_TEST(log.find("/nowhere") != std::string::npos);
  BOOST_TEST(log.find("ticket-keys") != std::string::npos);
  BOOST_TEST(expiry("api") > before);
  BOOST_TEST(expiry("tools") == before);
  REQUIRE_STATUS(HttpsClient(server.api_client()).request("GET", "/healthz"), 200);

  deployment.configure({{"ticket-keys", ""}, {"tool-certificate", certificates().server.certificate.string()}});
  BOOST_TEST(is_good(reload_log(server, deployment)));
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
  BOOST_TEST(count(log, R"("route":"/api/v1/quota")") == 1u, log);  // the first one; after it, only warnings
  BOOST_TEST(count(log, R"("event":"stopping")") == 0u, log);
  BOOST_TEST(count(log, R"("event":"audit_head")") >= 2u, log);  // audit heads are logged at every level
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

BOOST_AUTO_TEST_CASE(keyrings) {
  const Deployment deployment;
  const Deployment other;
  Server api(deployment, {"--plane", "api"});
  Server tools(deployment, {"--plane", "tools"});
  Tenant before(deployment, api);
  before.create(secret_for_all_tools);
  add_key(deployment, other, "root-public.keyring", false);
  add_key(deployment, other, "metadata.keyring", true);
  BOOST_TEST(is_good(reload_log(api, deployment)));
  Tenant after(deployment, api);
  after.create(secret_for_all_tools);
  const auto released = [&](const Tenant& tenant) {
    return resolve(tools, {{"user_id", tenant.id}, {"tool_name", "t"}}).status;
  };
  BOOST_TEST(released(before) == 200);
  BOOST_TEST(released(after) != 200);  // the new keys are needed to open it
  add_key(deployment, other, "root-private.keyring", false);
  BOOST_TEST(is_good(reload_log(tools, deployment)));
  BOOST_TEST(released(before) == 200);
  BOOST_TEST(released(after) == 200);

  // A keyring without a key that the store uses is rejected.
  const auto file = deployment.folder() / "metadata.keyring";
  const auto permissions = std::filesystem::status(file).permissions();
  std::filesystem::remove(file);
  std::filesystem::copy_file(other.folder() / "metadata.keyring", file);
  std::filesystem::permissions(file, permissions);
  const std::string log = reload_log(api, deployment);
  BOOST_TEST(!is_good(log));
  BOOST_TEST(value_in(log, "keys_kept", "reason") != "no such event", log);
  REQUIRE_STATUS(before.api.get(secrets_path), 200);
  BOOST_TEST(api.stop() == 0);
  BOOST_TEST(tools.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_signing_keyring_without_the_primary_key_is_not_taken) {
  const Deployment deployment;
  const Deployment other;
  Server server(deployment);
  Tenant tenant(deployment, server);
  tenant.create(secret_for_all_tools);
  const auto file = deployment.folder() / "audit-api.keyring";
  std::filesystem::rename(file, deployment.folder() / "away");
  std::filesystem::copy_file(other.folder() / "audit-api.keyring", file);
  const std::string log = reload_log(server, deployment);
  BOOST_TEST(!is_good(log));
  BOOST_TEST(value_in(log, "keys_kept", "reason").find("with which the API plane signs") != std::string::npos, log);
  // The former keys sign on.
  REQUIRE_STATUS(tenant.api.get(secrets_path), 200);
  BOOST_TEST(resolve(server, {{"user_id", tenant.id}, {"tool_name", "t"}}).status == 200);
  std::filesystem::rename(deployment.folder() / "away", file);
  BOOST_TEST(is_good(reload_log(server, deployment)));
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(an_edited_root_public_keyring) {
  const Deployment deployment;
  const Deployment other;
  Server server(deployment);
  Tenant before(deployment, server);
  before.create(secret_for_all_tools);
  Tenant after(deployment, server);  // takes a key pair in its first write
  const auto file = deployment.folder() / "root-public.keyring";
  const std::string content = read_file(file);
  add_key(deployment, other, "root-public.keyring", true);
  const std::string log = reload_log(server, deployment);
  BOOST_TEST(!is_good(log));
  const std::string words = "as primary, which the store does not name: the keyring was edited";
  BOOST_TEST(value_in(log, "keys_kept", "reason").find(words) != std::string::npos, log);
  // The key of a new tenant is sealed to the former key.
  after.create(secret_for_all_tools);
  BOOST_TEST(resolve(server, {{"user_id", after.id}, {"tool_name", "t"}}).status == 200);
  BOOST_TEST(server.stop() == 0);

  // A process with the root private keyring misses the private half; the API plane has only the public one.
  for (const std::string command : {"serve", "check-config"}) {
    const Finished refused = deployment.command({command, "--plane", "api"});
    BOOST_TEST(refused.status == 2);
    BOOST_TEST(refused.err.find(words) != std::string::npos, command << ": " << refused.err);
  }
  // The rewrap that the message names needs the private half, which the editor does not have.
  const Finished rewrap = deployment.command({"key", "rewrap", "root"});
  BOOST_TEST(rewrap.status == 1);
  BOOST_TEST(rewrap.err.find("the root private keyring lacks the primary key") != std::string::npos, rewrap.err);
  const auto permissions = std::filesystem::status(file).permissions();
  std::filesystem::remove(file);
  write_file(file, content);
  std::filesystem::permissions(file, permissions);
  Server again(deployment);
  BOOST_TEST(resolve(again, {{"user_id", after.id}, {"tool_name", "t"}}).status == 200);
  BOOST_TEST(again.stop() == 0);
}

BOOST_AUTO_TEST_CASE(issuers) {
  TrustingDeployment trusting;
  IdentityProvider& provider = trusting.provider;
  provider.start();
  Server server(trusting.deployment);
  const std::string token = provider.token({IdentityProvider::jwt}).access;
  BOOST_TEST(status_with(server, token) == 200);
  const auto file = trusting.deployment.folder() / "issuers";
  const std::string trusted = read_file(file);
  const std::string stranger =
      "[https://stranger.test]\naudience = x\nuuid-users = off\njwks-url = https://127.0.0.1:1/keys\nca = " +
      provider.authority().string() + "\n";

  // A second issuer, while the first one's keys cannot be fetched: the first keeps its present keys.
  write_file(file, stranger + trusted);
  provider.pause();
  BOOST_TEST(is_good(reload_log(server, trusting.deployment)));
  BOOST_TEST(status_with(server, token) == 200);
  provider.resume();

  write_file(file, stranger);
  BOOST_TEST(is_good(reload_log(server, trusting.deployment)));
  BOOST_TEST(status_with(server, token) == 401);
  const Answer metadata = HttpsClient(server.api_client()).request("GET", "/.well-known/oauth-protected-resource");
  REQUIRE_STATUS(metadata, 200);
  BOOST_TEST(metadata.body.find(R"("authorization_servers":["https://stranger.test"])") != std::string::npos);

  const TokenSigner signer("other");
  write_file(trusting.deployment.folder() / "other.jwks", signer.jwks());
  const std::string other = "[https://other.test]\naudience = x\nuuid-users = off\njwks-file = " +
                            (trusting.deployment.folder() / "other.jwks").string() + "\n";
  const std::vector<std::pair<std::string, std::string>> faults = {
      {"[not a section\n", "is not [issuer]"},
      {other + "algorithms = RS256\n", "no key fits `algorithms`"},
      {other + "client-tokens = on\n", "client-tokens has no effect"},
  };
  for (const auto& [section, why] : faults) {
    write_file(file, trusted + section);
    const std::string log = reload_log(server, trusting.deployment);
    BOOST_TEST(!is_good(log));
    BOOST_TEST(value_in(log, "issuers_kept", "reason").find(why) != std::string::npos, log);
    BOOST_TEST(status_with(server, token) == 401);
  }

  write_file(file, trusted);
  BOOST_TEST(is_good(reload_log(server, trusting.deployment)));
  BOOST_TEST(status_with(server, token) == 200);
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
