// Servers with shared session ticket keys resume each other's sessions, also while the keys are rotated.
#include <csignal>
#include <random>

#include "test/integration/support/shared_server.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

std::string new_key() {
  static std::mt19937 random(std::random_device{}());
  std::string key;
  for (int i = 0; i < 80; ++i) key.push_back(static_cast<char>(random()));
  return key;
}

void write_keys(const std::filesystem::path& file, const std::string& keys) {
  write_file(file, keys);
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

using Session = std::shared_ptr<SSL_SESSION>;

Session begin(const Server& server, int version) {
  ClientOptions options = server.api_client();
  options.tls_version = version;
  HttpsClient client(options);
  REQUIRE_STATUS(client.request("GET", "/healthz"), 200);
  return client.session();
}

/// Whether the server resumes the session. Replaces it by the one for the next time.
bool resumes(const Server& server, Session& session, int version) {
  ClientOptions options = server.api_client();
  options.tls_version = version;
  options.session = session;
  HttpsClient client(options);
  REQUIRE_STATUS(client.request("GET", "/healthz"), 200);
  session = client.session();
  return client.resumed();
}

void reload(Server& server, const Deployment& deployment) {
  const auto count = [&] {
    const std::string log = deployment.printed();
    std::size_t found = 0;
    for (auto at = log.find("\"event\":\"reloaded"); at != std::string::npos;
         at = log.find("\"event\":\"reloaded", at + 1)) {
      ++found;
    }
    return found;
  };
  const std::size_t before = count();
  server.process().signal(SIGHUP);
  for (int i = 0; i < 200 && count() == before; ++i) std::this_thread::sleep_for(20ms);
  BOOST_REQUIRE(count() == before + 1);
  std::this_thread::sleep_for(50ms);  // each io thread applies it at its own time
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_tickets)

BOOST_DATA_TEST_CASE(a_session_of_one_server_is_resumed_on_another,
                     boost::unit_test::data::make({TLS1_2_VERSION, TLS1_3_VERSION}), version) {
  const Deployment deployment;
  const auto file = deployment.folder() / "ticket.keys";
  const std::string first = new_key();
  const std::string second = new_key();
  write_keys(file, first);
  Server one(deployment, {"--plane", "api", "--ticket-keys", file.string()});
  Server other(deployment, {"--plane", "api", "--ticket-keys", file.string()});
  Session session = begin(one, version);
  BOOST_TEST(resumes(one, session, version));
  BOOST_TEST(resumes(other, session, version));

  // A new key is added first: tickets of the old key are still valid, and are replaced.
  Session old = begin(one, version);
  write_keys(file, second + first);
  reload(other, deployment);
  BOOST_TEST(resumes(other, old, version));
  reload(one, deployment);
  write_keys(file, second);
  reload(one, deployment);
  BOOST_TEST(resumes(one, old, version));       // by the key that encrypted the renewed ticket
  BOOST_TEST(!resumes(one, session, version));  // the old key is gone
}

BOOST_AUTO_TEST_CASE(without_shared_keys_there_is_no_resumption_elsewhere) {
  const Deployment deployment;
  Server one(deployment, {"--plane", "api"});
  const Server other(deployment, {"--plane", "api"});
  Session session = begin(one, TLS1_3_VERSION);
  BOOST_TEST(resumes(one, session, TLS1_3_VERSION));
  reload(one, deployment);
  BOOST_TEST(resumes(one, session, TLS1_3_VERSION));
  BOOST_TEST(!resumes(other, session, TLS1_3_VERSION));
}

BOOST_AUTO_TEST_CASE(a_bad_file_keeps_the_old_keys_and_prevents_a_start) {
  const Deployment deployment;
  const auto file = deployment.folder() / "ticket.keys";
  write_keys(file, new_key());
  Server server(deployment, {"--plane", "api", "--ticket-keys", file.string()});
  Session session = begin(server, TLS1_3_VERSION);
  write_keys(file, "rubbish");
  reload(server, deployment);
  BOOST_TEST(resumes(server, session, TLS1_3_VERSION));
  BOOST_TEST(deployment.printed().find("is not 80 bytes in base64") != std::string::npos);
  const Finished done = deployment.command({"check-config", "--ticket-keys", file.string()});
  BOOST_TEST(done.status == 2);
  BOOST_TEST(done.err.find(file.string()) != std::string::npos, done.err);
}

BOOST_AUTO_TEST_SUITE_END()
