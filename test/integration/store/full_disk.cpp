// On a disk that fills up under a running server, changes get 507, readiness gives the reason, reads and deletes
// continue, and the server recovers without a restart once there is room.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <csignal>

#include "test/integration/store/child_process.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/small_file_system.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

Answer create(Tenant& tenant, int n) {
  return tenant.api.post(secrets_path,
                         {{"secret_name", "n" + std::to_string(n)}, {"secret_value", std::string(1024, 'v')}});
}

/// Returns the answer of /readyz once it has that status and these words; the server measures once a second.
Answer ready(const Server& server, int status, std::string_view words) {
  Client client(server.api_client(), {});
  Answer answer = client.get("/readyz");
  const auto as_wanted = [&] { return answer.status == status && answer.body.find(words) != std::string::npos; };
  for (int i = 0; i < 50 && !as_wanted(); ++i) {
    std::this_thread::sleep_for(100ms);
    answer = client.get("/readyz");
  }
  BOOST_TEST(as_wanted(), answer.status << " " << answer.body);
  return answer;
}

/// Waits until it is ready and no longer warns in these words.
void ready_without(const Server& server, std::string_view words) {
  Answer answer = ready(server, 200, R"("status":"ready")");
  for (int i = 0; i < 50 && answer.body.find(words) != std::string::npos; ++i) {
    std::this_thread::sleep_for(100ms);
    answer = ready(server, 200, R"("status":"ready")");
  }
  BOOST_TEST(answer.body.find(words) == std::string::npos, answer.body);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(full_disk)

BOOST_AUTO_TEST_CASE(a_full_disk_answers_507_allows_reads_and_deletes_and_recovers,
                     *boost::unit_test::precondition(SmallFileSystem::ext4_mounts)) {
  const TemporaryFolder folder;
  auto disk = SmallFileSystem::mount(folder.path(), SmallFileSystem::Kind::ext4, 32);
  const Deployment deployment(Settings{{"store", (disk.path() / "store").string()},
                                       {"map-size", "16777216"},
                                       {"quota-default", "268435456"},
                                       {"request-rate", "0"}});
  Server server(deployment);
  Tenant tenant(deployment, server);
  BOOST_TEST(ready(server, 200, "ready").body.find("the disk has") == std::string::npos);
  disk.fill_up(1 << 20);
  ready(server, 200, R"("warning":"the disk has)");
  std::vector<std::string> ids;
  Answer answer;
  for (int n = 0; n < 10000; ++n) {
    answer = create(tenant, n);
    if (answer.status != 200) break;
    ids.push_back(answer.text("secret_id"));
  }
  REQUIRE_STATUS(answer, 507);
  ready(server, 503, "the disk has");
  disk.fill_up(0);
  REQUIRE_STATUS(tenant.api.get(secrets_path + ids.front()), 200);
  for (const std::string& id : ids) REQUIRE_STATUS(tenant.api.del(secrets_path + id), 200);
  REQUIRE_STATUS(create(tenant, 0), 200);
  disk.make_room();
  ready_without(server, "the disk has");
  for (int n = 1; n < 200; ++n) REQUIRE_STATUS(create(tenant, n), 200);
  deployment.verify();
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_backup_that_is_not_read_is_reported_until_it_is_killed) {
  const Deployment deployment(
      Settings{{"map-size", "16777216"}, {"quota-default", "268435456"}, {"request-rate", "0"}});
  Server server(deployment);
  Tenant tenant(deployment, server);
  std::vector<std::string> ids;
  // More than all buffers between the store and the backup's reader can hold.
  for (int n = 0; n < 3000; ++n) ids.push_back(create(tenant, n).text("secret_id"));
  const auto pipe = deployment.folder() / "pipe";
  const int held = ::mkfifo(pipe.c_str(), 0600) == 0 ? ::open(pipe.c_str(), O_RDWR | O_CLOEXEC) : -1;
  BOOST_REQUIRE(held >= 0);
  Process backup({TACIT_BINARY, "backup", "-", "--stall-timeout", "3600", "--config", deployment.config().string()},
                 pipe, deployment.folder() / "backup.err");
  // When it writes, it has opened its snapshot.
  pollfd reads{held, POLLIN, 0};
  BOOST_REQUIRE(::poll(&reads, 1, 10000) == 1);
  Answer answer;
  for (int n = 0; n < 5000; ++n) {
    answer = tenant.api.patch(secrets_path + ids[0], {{"secret_value", std::to_string(n) + " is another value"}});
    if (answer.status != 200) break;
  }
  REQUIRE_STATUS(answer, 507);
  const pid_t reader = child_of(backup.pid());
  ready(server, 503, "that process " + std::to_string(reader) + " pins with an older snapshot");
  for (int n = 1; n < 20; ++n) REQUIRE_STATUS(tenant.api.del(secrets_path + ids[static_cast<std::size_t>(n)]), 200);
  backup.signal(SIGKILL);
  BOOST_REQUIRE(backup.wait(10s));
  BOOST_REQUIRE(has_ended(reader));
  REQUIRE_STATUS(create(tenant, 9999), 200);
  ready(server, 200, R"({"status":"ready")");
  ::close(held);
  deployment.verify();
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
