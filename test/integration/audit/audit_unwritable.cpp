// While the audit log cannot be written, each request gets 503 within a bounded time, and no action happens unaudited.
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_holder.hpp"
#include "test/integration/support/store_rows.hpp"

#include <sstream>
#include <thread>

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

const json::value some_default = {{"secret_name", "kept"},
                                  {"secret_value", "value-canary"},
                                  {"tool_name", "tool1"},
                                  {"tool_arg", "a"},
                                  {"is_default_for_tool", true}};

template <class Condition>
bool soon(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

/// A server that waits three seconds for its store, and a tenant with a default for tool1.
struct Impatient {
  Impatient() : server(deployment), tenant(deployment, server) {
    write_file(deployment.folder() / "tool-identities", "uri:spiffe://test/runtime tool1\n");
    id = tenant.create(some_default).at("secret_id").as_string();
    BOOST_REQUIRE(server.stop() == 0);
  }
  /// The status of a response, which must arrive within a few times the server's wait and must not contain the value.
  template <class Ask>
  int bounded(Ask ask) const {
    const auto began = std::chrono::steady_clock::now();
    const Answer answer = ask();
    BOOST_TEST((std::chrono::steady_clock::now() - began < 20s));
    BOOST_TEST(answer.body.find("canary") == std::string::npos);
    if (answer.status == 503) BOOST_TEST(!answer.header("Retry-After").empty());
    return static_cast<int>(answer.status);
  }
  static json::value question(const std::string& user, const std::string& tool) {
    return {{"user_id", user}, {"tool_name", tool}};
  }

  const Deployment deployment{Settings{{"store-timeout", "3"}, {"failed-auth-rate", "0"}}};
  Server server;
  Tenant tenant;
  std::string id;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_unwritable)

BOOST_AUTO_TEST_CASE(every_kind_of_request_is_answered_503_in_time_while_the_lock_is_held) {
  const Impatient bed;
  const Server server(bed.deployment);
  const auto api = [&] { return Client(server, bed.tenant.key); };
  const std::string one = secrets_path + bed.id;
  const std::string user = bed.tenant.id;
  REQUIRE_STATUS(resolve(server, Impatient::question(user, "tool1")), 200);
  REQUIRE_STATUS(resolve(server, Impatient::question(user, "tool2")), 403);
  REQUIRE_STATUS(Client(server, "no-such-key").get(one), 401);
  StoreHolder lock(bed.deployment.store(), StoreHolder::Holds::write_lock);
  // The first request waits until its deadline, whichever kind it is.
  BOOST_TEST(bed.bounded([&] { return Client(server, "no-such-key").get(one); }) == 503);
  BOOST_TEST(bed.bounded([&] { return Client(server, "").get("/readyz"); }) == 503);
  BOOST_TEST(bed.bounded([&] { return Client(server, "").get("/healthz"); }) == 200);
  const std::vector<std::function<Answer()>> asks = {
      [&] { return Client(server, "no-such-key").get(one); },
      [&] { return Client(server, "no-such-key").post(secrets_path, some_default); },
      [&] {
        return api().post(secrets_path, {{"secret_name", "new"}, {"secret_value", "12345678"}});
      },
      [&] {
        return api().patch(one, {{"secret_value", "another value"}});
      },
      [&] { return api().del(one); },
      [&] { return resolve(server, Impatient::question(user, "tool1")); },
      [&] { return resolve(server, Impatient::question(user, "tool2")); },  // not granted
      [&] {
        json::value named = Impatient::question(user, "tool1");
        named.as_object()["secrets"] = {{"a", "no such secret"}};
        return resolve(server, named);
      },
  };
  for (std::size_t i = 0; i < asks.size(); ++i) {
    BOOST_TEST_CONTEXT("request " << i) { BOOST_TEST(bed.bounded(asks[i]) == 503); }
  }
  REQUIRE_STATUS(api().get(one), 200);  // unaudited requests still work
  const Finished head = bed.deployment.command({"audit", "tail", "--lines", "1"});
  BOOST_TEST(head.status == 0, head.err);
  lock.end();
  BOOST_TEST(soon([&] { return Client(server, "").get("/readyz").status == 200; }));
  CHECK_STATUS(Client(server, "no-such-key").get(one), 401);
  CHECK_STATUS(resolve(server, Impatient::question(user, "tool1")), 200);
  CHECK_STATUS(resolve(server, Impatient::question(user, "tool2")), 403);
  bed.deployment.verify();
}

BOOST_AUTO_TEST_CASE(a_release_whose_record_times_out_is_withheld) {
  const Impatient bed;
  const Server server(bed.deployment);
  StoreHolder lock(bed.deployment.store(), StoreHolder::Holds::write_lock);
  BOOST_TEST(bed.bounded([&] { return resolve(server, Impatient::question(bed.tenant.id, "tool1")); }) == 503);
}

BOOST_AUTO_TEST_CASE(a_server_that_cannot_continue_the_log_is_not_ready_and_releases_nothing) {
  const Impatient bed;
  write_row(bed.deployment.store(), "audit", std::string(8, '\xFE'), "not an entry");
  const Server server(bed.deployment);
  BOOST_TEST(bed.bounded([&] { return Client(server, "").get("/readyz"); }) == 503);
  BOOST_TEST(bed.bounded([&] { return resolve(server, Impatient::question(bed.tenant.id, "tool1")); }) == 503);
  BOOST_TEST(bed.bounded([&] { return Client(server, "no-such-key").get(secrets_path); }) == 503);
  REQUIRE_STATUS(Client(server, bed.tenant.key).get(secrets_path + bed.id), 200);
}

BOOST_AUTO_TEST_CASE(refusals_without_an_entry_for_lack_of_room_stay_refusals) {
  const Deployment deployment(Settings{{"map-size", "1048576"}, {"failed-auth-rate", "0"}});
  const Server server(deployment);
  Client stranger(server, "no-such-key");
  const auto left_out = [&] { return deployment.printed().find("\"event\":\"audit_failed\"") != std::string::npos; };
  int asked = 0;
  while (!left_out() && asked < 5000) {
    for (int i = 0; i < 50; ++i, ++asked) REQUIRE_STATUS(stranger.get(secrets_path), 401);
  }
  BOOST_TEST(left_out());
  Client ready(server, "");
  REQUIRE_STATUS(ready.get("/readyz"), 200);
  Tenant tenant(deployment, server);
  tenant.create(some_default);
  REQUIRE_STATUS(resolve(server, Impatient::question(tenant.id, "tool1")), 200);
}

BOOST_AUTO_TEST_CASE(an_operators_command_times_out_too) {
  const Deployment deployment(Settings{{"store-timeout", "1"}});
  const StoreHolder lock(deployment.store(), StoreHolder::Holds::write_lock);
  const auto began = std::chrono::steady_clock::now();
  const Finished done = deployment.command({"quota", "set", new_uuid(), "1000"});
  BOOST_TEST((std::chrono::steady_clock::now() - began < 20s));
  BOOST_TEST(done.status == 1);
  BOOST_TEST(done.err == "tacit: another process holds the store's lock, or the disk does not answer\n");
}

BOOST_AUTO_TEST_SUITE_END()
