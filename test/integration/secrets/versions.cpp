// Versions: a new value keeps the previous one, which can come back without being read.
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

const std::string first_value = "the first value 0123456789abcdef";
const std::string second_value = "another value fedcba9876543210";

/// A secret with two values, on a server that keeps one previous.
struct Changed {
  explicit Changed(const Server& on = shared_server(), const Deployment& with = shared_deployment())
      : server(on), tenant(with, on) {
    REQUIRE_STATUS(tenant.api.patch(one, {{"secret_value", second_value}}), 200);
  }
  const Server& server;
  Tenant tenant;
  std::string one = secrets_path + std::string(tenant
                                                   .create({{"secret_name", "n"},
                                                            {"secret_value", first_value},
                                                            {"tool_name", "tool"},
                                                            {"tool_arg", "key"},
                                                            {"is_default_for_tool", true}})
                                                   .at("secret_id")
                                                   .as_string());

  json::array versions() { return tenant.api.get(one + "/versions").at("data").as_array(); }
  Answer roll_back(int version, const Headers& headers = {}) {
    return tenant.api.request("POST", one + "/rollback", json::serialize(json::value{{"version", version}}), headers);
  }
  std::string value() const {
    const Answer answer = resolve(server, {{"user_id", tenant.id}, {"tool_name", "tool"}});
    return std::string(answer.at("arguments").at("key").at("value").as_string());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(versions)

BOOST_AUTO_TEST_CASE(the_list_has_masks_and_never_values) {
  Changed changed;
  const Answer answer = changed.tenant.api.get(changed.one + "/versions");
  REQUIRE_STATUS(answer, 200);
  const json::array all = answer.at("data").as_array();
  BOOST_REQUIRE(all.size() == 2U);
  BOOST_TEST(all[0].at("version").to_number<int>() == 2);
  BOOST_TEST(all[0].at("current").as_bool());
  BOOST_TEST(all[0].at("display").as_string() == "ano****210");
  BOOST_TEST(all[1].at("version").to_number<int>() == 1);
  BOOST_TEST(!all[1].at("current").as_bool());
  BOOST_TEST(all[1].at("display").as_string() == "the ****cdef");
  BOOST_TEST((all[0].at("created_at").as_string() > all[1].at("created_at").as_string()));
  BOOST_TEST(answer.body.find("value") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_rollback_is_a_new_version) {
  Changed changed;
  BOOST_TEST(changed.value() == second_value);
  const Answer back = changed.roll_back(1);
  REQUIRE_STATUS(back, 200);
  BOOST_TEST(back.text("display") == "the ****cdef");
  BOOST_TEST(!back.header("ETag").empty());
  BOOST_TEST(changed.value() == first_value);
  const json::array all = changed.versions();
  BOOST_REQUIRE(all.size() == 2U);
  BOOST_TEST(all[0].at("version").to_number<int>() == 3);
  BOOST_TEST(all[1].at("version").to_number<int>() == 2);
  REQUIRE_STATUS(changed.roll_back(2), 200);
  BOOST_TEST(changed.value() == second_value);
  REQUIRE_STATUS(changed.roll_back(1), 404);
}

BOOST_AUTO_TEST_CASE(what_cannot_come_back) {
  Changed changed;
  REQUIRE_STATUS(changed.roll_back(2), 409);  // the present value
  REQUIRE_STATUS(changed.roll_back(7), 404);
  REQUIRE_STATUS(changed.roll_back(0), 422);
  REQUIRE_STATUS(changed.roll_back(1, {{"If-Match", "\"x\""}}), 412);
  REQUIRE_STATUS(changed.tenant.api.patch(changed.one, {{"tool_arg", "other"}}), 200);
  const Answer moved = changed.roll_back(1);
  REQUIRE_STATUS(moved, 409);
  BOOST_TEST(moved.text("detail").find("tool_arg") != std::string::npos);
  REQUIRE_STATUS(changed.tenant.api.patch(changed.one, {{"tool_arg", "key"}}), 200);
  REQUIRE_STATUS(changed.roll_back(1), 200);
}

BOOST_AUTO_TEST_CASE(a_previous_value_can_be_destroyed) {
  Changed changed;
  const std::string tag = changed.tenant.api.get(changed.one).header("ETag");
  REQUIRE_STATUS(changed.tenant.api.del(changed.one + "/versions/2"), 409);
  REQUIRE_STATUS(changed.tenant.api.del(changed.one + "/versions/9"), 404);
  REQUIRE_STATUS(changed.tenant.api.del(changed.one + "/versions/99999999999999999999"), 404);
  REQUIRE_STATUS(changed.tenant.api.del(changed.one + "/versions/x"), 422);
  REQUIRE_STATUS(changed.tenant.api.request("DELETE", changed.one + "/versions/1", {}, {{"If-Match", "\"x\""}}), 412);
  const Answer gone = changed.tenant.api.request("DELETE", changed.one + "/versions/1", {}, {{"If-Match", tag}});
  REQUIRE_STATUS(gone, 200);
  BOOST_TEST(gone.at("version").to_number<int>() == 1);
  BOOST_TEST(changed.versions().size() == 1U);
  BOOST_TEST(changed.tenant.api.get(changed.one).header("ETag") != tag);
  REQUIRE_STATUS(changed.tenant.api.del(changed.one + "/versions/1"), 404);
  REQUIRE_STATUS(changed.roll_back(1), 404);
}

BOOST_AUTO_TEST_CASE(an_update_can_destroy_them_all) {
  Changed changed;
  REQUIRE_STATUS(changed.tenant.api.patch(changed.one, {{"discard_previous", true}}), 200);
  BOOST_TEST(changed.versions().size() == 1U);
  REQUIRE_STATUS(
      changed.tenant.api.patch(changed.one, {{"secret_value", "the third value"}, {"discard_previous", true}}), 200);
  BOOST_TEST(changed.versions().size() == 1U);
  BOOST_TEST(changed.value() == "the third value");
}

BOOST_AUTO_TEST_CASE(versions_do_not_count_in_the_quota) {
  Changed changed;
  const auto used = [&] { return changed.tenant.api.get("/api/v1/quota").at("used").to_number<std::uint64_t>(); };
  const std::uint64_t before = used();
  REQUIRE_STATUS(changed.tenant.api.patch(changed.one, {{"secret_value", std::string(second_value.size(), 'x')}}), 200);
  BOOST_TEST(used() == before);
}

BOOST_AUTO_TEST_CASE(another_tenants_versions_are_not_found) {
  Changed changed;
  Tenant stranger = new_tenant();
  REQUIRE_STATUS(stranger.api.get(changed.one + "/versions"), 404);
  REQUIRE_STATUS(stranger.api.get(changed.one + "/uses"), 404);
  REQUIRE_STATUS(stranger.api.post(changed.one + "/rollback", {{"version", 1}}), 404);
  REQUIRE_STATUS(stranger.api.del(changed.one + "/versions/1"), 404);
}

BOOST_AUTO_TEST_CASE(the_setting_says_how_many_are_kept) {
  for (const int kept : {0, 3}) {
    const Deployment deployment(Settings{{"versions-kept", std::to_string(kept)}});
    const Server server(deployment);
    Changed changed(server, deployment);
    for (int i = 0; i < 5; ++i) {
      REQUIRE_STATUS(changed.tenant.api.patch(changed.one, {{"secret_value", "value " + std::to_string(i)}}), 200);
    }
    BOOST_TEST(changed.versions().size() == static_cast<std::size_t>(kept) + 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()
