// A disk that fills up under a running server: 507, readiness that says why, reads and deletes that go on, and no need
// for anybody to start anything anew once there is room.
#include "test/integration/shared_server.hpp"
#include "test/small_file_system.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

Answer create(Tenant& tenant, int n) {
  return tenant.api.post(secrets_path,
                         {{"secret_name", "n" + std::to_string(n)}, {"secret_value", std::string(1024, 'v')}});
}

/// What /readyz answers once it says these words with that status; it measures once a second.
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

}  // namespace

BOOST_AUTO_TEST_SUITE(full_disk)

BOOST_AUTO_TEST_CASE(it_answers_507_reads_and_deletes_and_goes_on_when_there_is_room) {
  const TemporaryFolder folder;
  auto disk = SmallFileSystem::mount(folder.path(), SmallFileSystem::Kind::ext4, 32);
  if (!disk) return;
  const Deployment deployment(Settings{{"store", (disk->path() / "store").string()},
                                       {"map-size", "67108864"},
                                       {"quota-default", "268435456"},
                                       {"request-rate", "0"}});
  Server server(deployment);
  Tenant tenant(deployment, server);
  BOOST_TEST(ready(server, 200, "ready").body.find("warning") == std::string::npos);
  disk->fill_up(2 << 20);
  ready(server, 200, R"("warning":"the disk has)");
  std::vector<std::string> ids;
  Answer answer;
  for (int n = 0; n < 10000; ++n) {
    answer = create(tenant, n);
    if (answer.status != 200) break;
    ids.push_back(answer.text("secret_id"));
  }
  REQUIRE_STATUS(answer, 507);
  ready(server, 503, R"("detail":"the disk has)");
  disk->fill_up(0);
  REQUIRE_STATUS(tenant.api.get(secrets_path + ids.front()), 200);
  for (const std::string& id : ids) REQUIRE_STATUS(tenant.api.del(secrets_path + id), 200);
  REQUIRE_STATUS(create(tenant, 0), 200);
  disk->make_room();
  ready(server, 200, R"({"status":"ready"})");
  for (int n = 1; n < 200; ++n) REQUIRE_STATUS(create(tenant, n), 200);
  deployment.verify();
  BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
