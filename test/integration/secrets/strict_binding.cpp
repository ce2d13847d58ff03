// With strict-binding a PATCH that changes tool_name or tool_arg needs secret_value.
#include <signal.h>

#include <thread>

#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

const json::value some_secret = {{"secret_name", "bound"},
                                 {"secret_value", "12345678"},
                                 {"tool_name", "tool"},
                                 {"tool_arg", "key"},
                                 {"is_default_for_tool", true}};

const json::value value_missing = json::parse(
    R"({"detail":[{"type":"value_error","loc":["body","secret_value"],"msg":"Value error, tool_name and tool_arg are )"
    R"(sealed with the value: changing them needs secret_value"}]})");

struct Bound {
  Bound(const Deployment& deployment, const Server& at) : server(at), tenant(deployment, at) {}

  const Server& server;
  Tenant tenant;
  std::string one = secrets_path + std::string(tenant.create(some_secret).at("secret_id").as_string());

  std::string released(const std::string& tool) {
    const Answer answer = resolve(server, {{"user_id", tenant.id}, {"tool_name", tool}});
    REQUIRE_STATUS(answer, 200);
    return std::string(answer.json().at("arguments").at("key").at("value").as_string());
  }
  void check_value_missing(const json::value& body) {
    const Answer answer = tenant.api.patch(one, body);
    CHECK_STATUS(answer, 422);
    json::value detail = answer.json();
    for (json::value& fault : detail.at("detail").as_array()) {
      json::object& object = fault.as_object();
      object.erase("input");
      object.erase("ctx");
    }
    BOOST_TEST((detail == value_missing), answer.body);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(strict_binding)

BOOST_AUTO_TEST_CASE(a_change_of_the_binding_needs_the_value) {
  const Deployment deployment(Settings{{"strict-binding", "on"}});
  Server server(deployment);
  Bound secret(deployment, server);
  secret.check_value_missing({{"tool_name", "other"}});
  secret.check_value_missing({{"tool_arg", nullptr}, {"is_default_for_tool", false}});
  CHECK_STATUS(secret.tenant.api.patch(secret.one, {{"tool_name", "tool"}, {"secret_name", "renamed"}}), 200);
  BOOST_TEST(secret.released("tool") == "12345678");
  CHECK_STATUS(secret.tenant.api.patch(secret.one, {{"tool_name", "other"}, {"secret_value", "87654321"}}), 200);
  BOOST_TEST(secret.released("other") == "87654321");
  BOOST_TEST(server.stop() == 0);
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(one_tenant_can_have_it_alone) {
  const Deployment deployment;
  Server server(deployment);
  Bound strict(deployment, server);
  Bound other(deployment, server);
  const Finished set = deployment.command({"limits", "set", strict.tenant.id, "--strict-binding", "on"});
  BOOST_REQUIRE_MESSAGE(set.status == 0, set.err);
  BOOST_TEST(set.out.find("strict-binding       on, its own\n") != std::string::npos);
  strict.check_value_missing({{"tool_name", "other"}});
  CHECK_STATUS(other.tenant.api.patch(other.one, {{"tool_name", "other"}}), 200);
  BOOST_TEST(other.released("other") == "12345678");
  BOOST_REQUIRE(deployment.command({"limits", "set", strict.tenant.id, "--strict-binding", "default"}).status == 0);
  CHECK_STATUS(strict.tenant.api.patch(strict.one, {{"tool_name", "other"}}), 200);
  BOOST_TEST(strict.released("other") == "12345678");
}

BOOST_AUTO_TEST_CASE(a_reload_switches_it_on_and_values_stay_bound_without_it) {
  Deployment deployment;
  Server server(deployment);
  Bound secret(deployment, server);
  const auto reload = [&](const char* strict) {
    const std::size_t before = deployment.printed().size();
    deployment.configure({{"strict-binding", strict}});
    server.process().signal(SIGHUP);
    for (int i = 0; i < 500; ++i) {
      if (deployment.printed_by_now().substr(before).find(R"("event":"reloaded)") != std::string::npos) return;
      std::this_thread::sleep_for(20ms);
    }
    BOOST_ERROR("the reload does not end");
  };
  reload("on");
  secret.check_value_missing({{"tool_name", "other"}});
  CHECK_STATUS(secret.tenant.api.patch(secret.one, {{"tool_name", "other"}, {"secret_value", "87654321"}}), 200);
  reload("off");
  secret.check_value_missing({{"tool_name", "tool"}});
  BOOST_TEST(secret.released("other") == "87654321");
  BOOST_TEST(server.stop() == 0);
  deployment.verify();
}

BOOST_AUTO_TEST_SUITE_END()
