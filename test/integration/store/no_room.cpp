// On a disk that accepts no more data although it reports free space (quotas, thin volumes), growth is refused, deletes
// work as long as possible, readiness gives the reason, and the server recovers by itself once there is room.
#include <cerrno>

#include "test/integration/support/shared_server.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

/// A server whose store is on a disk that fails on request (test/faults/library/disk.hpp).
class Faulty {
 public:
  explicit Faulty(Settings settings = {}) : deployment_(with(std::move(settings))) {}

  const Deployment& deployment() const { return deployment_; }
  Environment environment() const {
    return {{"LD_PRELOAD", TACIT_FAULTY_CALLS},
            {"FAULTY_DISK", fault().string()},
            {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
  }
  /// Replaces the file atomically, because the server reads it all the time.
  void fail(const std::string& how) const {
    const auto next = deployment_.folder() / "next-fault";
    write_file(next, how + "\n");
    std::filesystem::rename(next, fault());
  }
  void heal() const { std::filesystem::remove(fault()); }

 private:
  static Settings with(Settings settings) {
    settings.emplace("map-size", "16777216");
    settings.emplace("quota-default", "268435456");
    settings.emplace("request-rate", "0");
    // LMDB ends with the process if the last write of a commit fails. So only the test writes.
    settings.emplace("prekey-pool", "0");
    return settings;
  }
  std::filesystem::path fault() const { return deployment_.folder() / "fault"; }

  const Deployment deployment_;
};

Answer create(Tenant& tenant, const std::string& name) {
  return tenant.api.post(secrets_path, {{"secret_name", name}, {"secret_value", std::string(1024, 'v')}});
}

/// Waits until /readyz has that answer. The server measures once a second, and looks for room after up to ten seconds.
void expect_ready(const Server& server, int status, std::string_view words) {
  Client client(server.api_client(), {});
  Answer answer = client.get("/readyz");
  const auto as_wanted = [&] { return answer.status == status && answer.body.find(words) != std::string::npos; };
  for (int i = 0; i < 300 && !as_wanted(); ++i) {
    std::this_thread::sleep_for(100ms);
    answer = client.get("/readyz");
  }
  BOOST_TEST(as_wanted(), answer.status << " " << answer.body);
}

/// Creates secrets until one is refused. Returns the ids of the created ones.
std::vector<std::string> create_until_refused(Tenant& tenant, const std::string& prefix) {
  std::vector<std::string> ids;
  for (int n = 0; n < 20000; ++n) {
    const Answer answer = create(tenant, prefix + std::to_string(n));
    if (answer.status != 200) {
      CHECK_STATUS(answer, 507);
      return ids;
    }
    ids.push_back(answer.text("secret_id"));
  }
  BOOST_ERROR("nothing was refused");
  return ids;
}

int ended(Server& server) {
  const auto status = server.process().wait(30s);
  BOOST_REQUIRE_MESSAGE(status.has_value(), "the server goes on");
  return *status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(no_room)

BOOST_AUTO_TEST_CASE(a_disk_quota_refuses_growth_allows_deletes_and_can_be_raised) {
  const Faulty faulty;
  Server server(faulty.deployment(), {}, faulty.environment());
  Tenant tenant(faulty.deployment(), server);
  create(tenant, "first");
  faulty.fail("quota " + std::to_string(std::filesystem::file_size(faulty.deployment().store() / "data.mdb")));
  const auto ids = create_until_refused(tenant, "n");
  BOOST_TEST(ids.size() > 10U);
  expect_ready(server, 503, "raise the quota");
  REQUIRE_STATUS(tenant.api.get(secrets_path + ids.front()), 200);
  for (const std::string& id : ids) REQUIRE_STATUS(tenant.api.del(secrets_path + id), 200);
  // Deletes have made room.
  REQUIRE_STATUS(create(tenant, "again"), 200);
  create_until_refused(tenant, "m");
  faulty.heal();
  expect_ready(server, 200, R"("status":"ready")");
  for (int n = 0; n < 100; ++n) REQUIRE_STATUS(create(tenant, "o" + std::to_string(n)), 200);
  BOOST_TEST(server.stop() == 0);
  faulty.deployment().verify();
}

BOOST_AUTO_TEST_CASE(a_disk_that_fails_every_write_ends_no_server) {
  for (const int error : {ENOSPC, EDQUOT, EFBIG}) {
    const Faulty faulty;
    Server server(faulty.deployment(), {}, faulty.environment());
    Tenant tenant(faulty.deployment(), server);
    const auto kept = create(tenant, "kept").text("secret_id");
    faulty.fail("writes " + std::to_string(error));
    for (int n = 0; n < 20; ++n) REQUIRE_STATUS(create(tenant, "n" + std::to_string(n)), 507);
    // Even a delete cannot be written.
    REQUIRE_STATUS(tenant.api.del(secrets_path + kept), 507);
    REQUIRE_STATUS(tenant.api.get(secrets_path + kept), 200);
    expect_ready(server, 503, "could not be written");
    faulty.heal();
    expect_ready(server, 200, R"("status":"ready")");
    REQUIRE_STATUS(tenant.api.del(secrets_path + kept), 200);
    REQUIRE_STATUS(create(tenant, "n0"), 200);
    BOOST_TEST(server.stop() == 0);
    faulty.deployment().verify();
  }
}

BOOST_AUTO_TEST_CASE(a_failed_sync_without_room_ends_the_process_and_the_next_refuses_growth) {
  const Faulty faulty;
  std::string kept;
  std::optional<Tenant> tenant;
  {
    Server server(faulty.deployment(), {}, faulty.environment());
    tenant.emplace(faulty.deployment(), server);
    kept = create(*tenant, "kept").text("secret_id");
    faulty.fail("syncs " + std::to_string(ENOSPC));
    const Answer answer = create(*tenant, "lost");
    BOOST_TEST(answer.status == 503);
    BOOST_TEST(ended(server) == 1);
    BOOST_TEST(faulty.deployment().printed().find("could not be synced") != std::string::npos);
  }
  Server server(faulty.deployment(), {}, faulty.environment());
  expect_ready(server, 503, "could not be written");
  Client api(server, tenant->key);
  REQUIRE_STATUS(api.get(secrets_path + kept), 200);
  REQUIRE_STATUS(api.post(secrets_path, {{"secret_name", "n"}, {"secret_value", "12345"}}), 507);
  REQUIRE_STATUS(api.del(secrets_path + kept), 507);
  faulty.heal();
  expect_ready(server, 200, R"("status":"ready")");
  REQUIRE_STATUS(api.post(secrets_path, {{"secret_name", "n"}, {"secret_value", "12345"}}), 200);
  REQUIRE_STATUS(api.del(secrets_path + kept), 200);
  BOOST_TEST(server.stop() == 0);
  faulty.deployment().verify();
}

// The server attempts a write before it reports room again. A failed sync of such an attempt ends the process, too.
BOOST_AUTO_TEST_CASE(a_sync_that_fails_while_there_is_no_room_ends_the_process) {
  const Faulty faulty;
  Server server(faulty.deployment(), {}, faulty.environment());
  Tenant tenant(faulty.deployment(), server);
  const auto kept = create(tenant, "kept").text("secret_id");
  faulty.fail("writes " + std::to_string(EDQUOT));
  REQUIRE_STATUS(create(tenant, "refused"), 507);
  faulty.fail("syncs " + std::to_string(ENOSPC));
  try {
    tenant.api.del(secrets_path + kept);
  } catch (const TransportError&) {
    // It has ended already; the exit code is checked below.
  }
  BOOST_TEST(ended(server) == 1);
  BOOST_TEST(faulty.deployment().printed().find("could not be synced") != std::string::npos);
  faulty.deployment().verify();
}

BOOST_AUTO_TEST_CASE(any_failed_sync_ends_the_process) {
  for (const int error : {EIO, ENOSPC, EDQUOT}) {
    const Faulty faulty;
    Server server(faulty.deployment(), {}, faulty.environment());
    Tenant tenant(faulty.deployment(), server);
    faulty.fail("one-sync " + std::to_string(error));
    BOOST_TEST(create(tenant, "lost").status == 503);
    BOOST_TEST(ended(server) == 1);
    faulty.deployment().verify();
  }
}

// A file system that became read-only, or a broken disk: room would not help.
BOOST_AUTO_TEST_CASE(a_write_that_fails_for_another_reason_ends_the_process) {
  for (const int error : {EROFS, EIO}) {
    const Faulty faulty;
    Server server(faulty.deployment(), {}, faulty.environment());
    Tenant tenant(faulty.deployment(), server);
    faulty.fail("writes " + std::to_string(error));
    try {
      BOOST_TEST(create(tenant, "lost").status == 503);
    } catch (const TransportError&) {
      // A write of the server's own failed first; the exit code is checked below.
    }
    BOOST_TEST(ended(server) == 1);
    BOOST_TEST(faulty.deployment().printed().find("can take no more changes") != std::string::npos);
    faulty.deployment().verify();
  }
}

BOOST_AUTO_TEST_SUITE_END()
