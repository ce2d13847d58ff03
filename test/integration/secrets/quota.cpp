// A tenant's size limit is exact: 413 only beyond it, with correct accounting also under concurrent changes.
#include "test/integration/support/parallel.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

struct Quota {
  std::int64_t limit, used, count;
};

Quota quota_of(Tenant& tenant, const std::string& path = "/api/v1/quota") {
  const Answer answer = tenant.api.get(path);
  REQUIRE_STATUS(answer, 200);
  return {answer.at("limit").to_number<std::int64_t>(), answer.at("used").to_number<std::int64_t>(),
          answer.at("count").to_number<std::int64_t>()};
}

void set_quota(const Tenant& tenant, const std::string& limit) {
  const Finished done = shared_deployment().command({"quota", "set", tenant.id, limit});
  BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(quota)

BOOST_AUTO_TEST_CASE(counts_the_bytes_of_the_four_texts) {
  Tenant tenant = new_tenant();
  BOOST_TEST(quota_of(tenant).used == 0);
  BOOST_TEST(quota_of(tenant).count == 0);
  BOOST_TEST(quota_of(tenant).limit == 1048576);
  const json::object first =
      tenant.create({{"secret_name", "näme"}, {"secret_value", "väl🔑"}, {"tool_name", "tool*"}, {"tool_arg", "arg"}});
  BOOST_TEST(quota_of(tenant).used == 5 + 8 + 5 + 3);
  const json::object second = tenant.create({{"secret_name", "b"}, {"secret_value", "1234"}});
  BOOST_TEST(quota_of(tenant).used == 21 + 5);
  BOOST_TEST(quota_of(tenant).count == 2);
  const std::string one = secrets_path + std::string(first.at("secret_id").as_string());
  REQUIRE_STATUS(tenant.api.patch(one, {{"secret_value", "123456789"}, {"tool_arg", nullptr}}), 200);
  BOOST_TEST(quota_of(tenant).used == 5 + 9 + 5 + 5);
  REQUIRE_STATUS(tenant.api.del(one), 200);
  BOOST_TEST(quota_of(tenant).used == 5);
  REQUIRE_STATUS(tenant.api.del(secrets_path + std::string(second.at("secret_id").as_string())), 200);
  BOOST_TEST(quota_of(tenant, "/v1/quota/").used == 0);
  BOOST_TEST(quota_of(tenant).count == 0);
}

BOOST_AUTO_TEST_CASE(exactly_at_the_limit_is_allowed_and_one_byte_more_changes_nothing) {
  Tenant tenant = new_tenant();
  set_quota(tenant, "100");
  tenant.create({{"secret_name", "a"}, {"secret_value", std::string(49, 'x')}});
  const Answer over = tenant.api.post(secrets_path, {{"secret_name", "b"}, {"secret_value", std::string(50, 'x')}});
  REQUIRE_STATUS(over, 413);
  const json::value detail = over.at("detail");
  BOOST_TEST(detail.at("limit").to_number<int>() == 100);
  BOOST_TEST(detail.at("used").to_number<int>() == 50);
  BOOST_TEST(detail.at("requested").to_number<int>() == 101);
  BOOST_TEST(detail.at("msg").is_string());
  BOOST_TEST(quota_of(tenant).used == 50);
  BOOST_TEST(quota_of(tenant).count == 1);
  BOOST_TEST(tenant.api.get(secrets_path).at("data").as_array().size() == 1U);
  const json::object edge = tenant.create({{"secret_name", "b"}, {"secret_value", std::string(49, 'x')}});
  BOOST_TEST(quota_of(tenant).used == 100);
  const std::string one = secrets_path + std::string(edge.at("secret_id").as_string());
  REQUIRE_STATUS(tenant.api.patch(one, {{"tool_arg", "y"}}), 413);
  BOOST_TEST((tenant.api.get(one).json() == json::value(edge)));
  BOOST_TEST(quota_of(tenant).used == 100);
  REQUIRE_STATUS(tenant.api.patch(one, {{"secret_value", std::string(49, 'y')}}), 200);
}

BOOST_AUTO_TEST_CASE(a_tenant_has_a_limit_of_secrets) {
  const Deployment deployment(Settings{{"secrets-default", "3"}});
  Server server(deployment);
  Tenant tenant(deployment, server);
  const auto set_limit = [&](const std::string& limit) {
    const Finished done = deployment.command({"limits", "set", "--tenant", tenant.id, "--secrets", limit});
    BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);
  };
  const auto count_limit = [&] { return tenant.api.get("/api/v1/quota").at("count_limit").to_number<int>(); };
  const auto refused = [&](int limit, int count) {
    const Answer answer = tenant.api.post(secrets_path, {{"secret_name", "more"}, {"secret_value", "12345678"}});
    REQUIRE_STATUS(answer, 413);
    const json::value detail = answer.at("detail");
    BOOST_TEST(detail.at("msg").is_string());
    BOOST_TEST(detail.at("count_limit").to_number<int>() == limit);
    BOOST_TEST(detail.at("count").to_number<int>() == count);
    BOOST_TEST(detail.at("requested").to_number<int>() == count + 1);
  };
  BOOST_TEST(count_limit() == 3);
  std::vector<int> statuses(12);
  in_parallel(statuses.size(), [&](std::size_t i) {
    Client client(server, tenant.key);
    statuses[i] =
        client.post(secrets_path, {{"secret_name", "n" + std::to_string(i)}, {"secret_value", "1234"}}).status;
  });
  BOOST_TEST(std::count(statuses.begin(), statuses.end(), 200) == 3);
  refused(3, 3);
  set_limit("4");
  BOOST_TEST(count_limit() == 4);
  const json::object fourth = tenant.create({{"secret_name", "fourth"}, {"secret_value", "12345678"}});
  // A tenant over the limit keeps its secrets and may change them.
  set_limit("1");
  refused(1, 4);
  BOOST_TEST(tenant.api.get(secrets_path).at("data").as_array().size() == 4U);
  const std::string one = secrets_path + std::string(fourth.at("secret_id").as_string());
  REQUIRE_STATUS(tenant.api.patch(one, {{"secret_value", "a longer value"}}), 200);
  const Finished shown = deployment.command({"limits", "get", "--tenant", tenant.id});
  BOOST_TEST(shown.out.find("secrets              1, its own") != std::string::npos, shown.out);
  const Finished quota = deployment.command({"quota", "get", "--tenant", tenant.id});
  BOOST_TEST(quota.out.find("secrets  4 of at most 1, its own") != std::string::npos, quota.out);
  set_limit("default");
  refused(3, 4);
  REQUIRE_STATUS(tenant.api.del(one), 200);
  refused(3, 3);
  BOOST_TEST(server.stop() == 0);
  deployment.verify();
}

BOOST_AUTO_TEST_CASE(a_lowered_limit_keeps_what_is_stored_refuses_growth_and_lets_it_shrink) {
  Tenant tenant = new_tenant();
  const json::object made = tenant.create({{"secret_name", "a"}, {"secret_value", std::string(99, 'x')}});
  const std::string one = secrets_path + std::string(made.at("secret_id").as_string());
  set_quota(tenant, "10");
  BOOST_TEST(quota_of(tenant).used == 100);
  BOOST_TEST(quota_of(tenant).limit == 10);
  REQUIRE_STATUS(tenant.api.get(one), 200);
  REQUIRE_STATUS(tenant.api.patch(one, {{"secret_value", std::string(100, 'x')}}), 413);
  REQUIRE_STATUS(tenant.api.patch(one, {{"secret_value", std::string(50, 'y')}}), 200);
  BOOST_TEST(quota_of(tenant).used == 51);
  REQUIRE_STATUS(tenant.api.post(secrets_path, {{"secret_name", "b"}, {"secret_value", "1234"}}), 413);
  REQUIRE_STATUS(tenant.api.del(one), 200);
  tenant.create({{"secret_name", "b"}, {"secret_value", "1234"}});
  set_quota(tenant, "default");
  BOOST_TEST(quota_of(tenant).limit == 1048576);
}

BOOST_AUTO_TEST_CASE(clients_that_race_for_the_last_byte_never_pass_the_limit) {
  Tenant tenant = new_tenant();
  set_quota(tenant, "100");
  std::vector<int> statuses(16);
  in_parallel(statuses.size(), [&](std::size_t i) {
    Client client(shared_server(), tenant.key);
    statuses[i] =
        client
            .post(secrets_path, {{"secret_name", "n" + std::to_string(10 + i)}, {"secret_value", std::string(22, 'x')}})
            .status;
  });
  BOOST_TEST(std::count(statuses.begin(), statuses.end(), 200) == 4);
  BOOST_TEST(std::count(statuses.begin(), statuses.end(), 413) == 12);
  BOOST_TEST(quota_of(tenant).used == 100);
}

BOOST_AUTO_TEST_SUITE_END()
