// New tenants get key pairs that the tool plane made. Without one an API plane refuses their first secret, and serves
// everyone else.
#include <signal.h>

#include <algorithm>
#include <thread>

#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

const json::value some_secret = {{"secret_name", "first"}, {"secret_value", "12345678"}};

std::size_t count_prekeys(const Deployment& deployment) {
  std::size_t count = 0;
  for (const Row& row : read_rows(deployment.store())) {
    if (row.table == "meta" && row.key.starts_with("prekey")) ++count;
  }
  return count;
}

/// As an attacker with the database could. No server may run.
void remove_prekeys(const Deployment& deployment) {
  for (const Row& row : read_rows(deployment.store())) {
    if (row.table == "meta" && row.key.starts_with("prekey")) {
      write_row(deployment.store(), row.table, row.key, std::nullopt);
    }
  }
}

template <class Condition>
bool soon(Condition condition) {
  for (int i = 0; i < 600; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(100ms);
  }
  return false;
}

bool is_warned(const Server& server, const std::string& words) {
  const Answer answer = Client(server.api_client(), {}).get("/readyz");
  return answer.status == 200 && answer.body.find(words) != std::string::npos;
}

const std::string few_pairs = "key pairs are ready for new tenants: the tool plane makes them; see tacit key prekeys";

}  // namespace

BOOST_AUTO_TEST_SUITE(first_writes)

BOOST_AUTO_TEST_CASE(a_new_store_has_pairs_for_its_first_tenants) {
  const Deployment deployment;
  const std::size_t made = count_prekeys(deployment);
  BOOST_TEST(made == 512U);
  {
    Server server(deployment, {"--plane", "api"});
    for (int i = 0; i < 3; ++i) {
      Tenant tenant(deployment, server);
      REQUIRE_STATUS(tenant.api.post(secrets_path, some_secret), 200);
      REQUIRE_STATUS(tenant.api.post(secrets_path, {{"secret_name", "next"}, {"secret_value", "12345678"}}), 200);
    }
    BOOST_TEST(server.stop() == 0);
  }
  BOOST_TEST(count_prekeys(deployment) == made - 3);
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(an_empty_pool_refuses_new_tenants_until_the_tool_plane_has_filled_it) {
  const Deployment deployment;
  std::string known;
  {
    Server server(deployment, {"--plane", "api"});
    Tenant tenant(deployment, server);
    REQUIRE_STATUS(tenant.api.post(secrets_path, some_secret), 200);
    known = tenant.key;
    BOOST_TEST(server.stop() == 0);
  }
  remove_prekeys(deployment);
  Server api(deployment, {"--plane", "api"});
  Tenant tenant(deployment, api);
  const Answer refused = tenant.api.post(secrets_path, some_secret);
  REQUIRE_STATUS(refused, 503);
  BOOST_TEST(refused.header("Retry-After") == "1");
  BOOST_TEST(refused.text("detail") == "No key pair is ready for a new tenant; try again soon.");
  Client served(api, known);
  REQUIRE_STATUS(served.post(secrets_path, {{"secret_name", "next"}, {"secret_value", "12345678"}}), 200);
  BOOST_TEST(soon([&] { return is_warned(api, "only 0 " + few_pairs); }));

  Server tools(deployment, {"--plane", "tools"});
  BOOST_TEST(soon([&] { return tenant.api.post(secrets_path, some_secret).status == 200; }));
  BOOST_TEST(soon([&] { return !is_warned(api, few_pairs); }));
  BOOST_TEST(tools.stop() == 0);
  BOOST_TEST(api.stop() == 0);
  BOOST_TEST(count_prekeys(deployment) > 0U);
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(the_tool_plane_fills_the_pool_and_removes_what_it_did_not_sign) {
  const Deployment deployment(Settings{{"prekey-pool", "600"}});
  const std::vector<Row> rows = read_rows(deployment.store());
  const auto one =
      std::ranges::find_if(rows, [](const Row& row) { return row.table == "meta" && row.key.starts_with("prekey"); });
  BOOST_REQUIRE(one != rows.end());
  std::string forged = one->value;
  forged.back() = static_cast<char>(forged.back() ^ 1);
  write_row(deployment.store(), "meta", one->key, forged);
  Server tools(deployment, {"--plane", "tools"});
  BOOST_TEST(soon([&] { return deployment.printed_by_now().find("\"prekeys_removed\"") != std::string::npos; }));
  std::this_thread::sleep_for(1s);
  BOOST_TEST(tools.stop() == 0);
  const std::size_t count = count_prekeys(deployment);
  BOOST_TEST(count > 511U);
  BOOST_TEST(count <= 600U);
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(a_pool_of_0_is_not_filled_until_a_reload_changes_it) {
  Deployment deployment(Settings{{"prekey-pool", "0"}});
  remove_prekeys(deployment);
  Server server(deployment);
  Tenant tenant(deployment, server);
  std::this_thread::sleep_for(2s);
  CHECK_STATUS(tenant.api.post(secrets_path, some_secret), 503);
  deployment.configure({{"prekey-pool", "10"}});
  server.process().signal(SIGHUP);
  BOOST_TEST(soon([&] { return tenant.api.post(secrets_path, some_secret).status == 200; }));
  BOOST_TEST(server.stop() == 0);
  BOOST_TEST(count_prekeys(deployment) <= 10U);
}

BOOST_AUTO_TEST_SUITE_END()
