// The list is in creation order, its pages join to the whole list also under deletions, and filters select by name and
// by tool.
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

std::vector<std::string> names(const Answer& answer) {
  REQUIRE_STATUS(answer, 200);
  std::vector<std::string> result;
  const json::array data = answer.at("data").as_array();
  for (const json::value& secret : data) result.emplace_back(secret.at("secret_name").as_string());
  return result;
}

using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(secrets_list)

BOOST_AUTO_TEST_CASE(without_limit_all_are_listed_in_creation_order) {
  Tenant tenant = new_tenant();
  BOOST_TEST((tenant.api.get(secrets_path).json() == json::value{{"data", json::array{}}}));
  Names expected;
  for (int i = 0; i < 120; ++i) {
    expected.push_back("secret " + std::to_string(997 * i % 1000));
    tenant.create({{"secret_name", expected.back()}, {"secret_value", "12345678"}});
  }
  const Answer all = tenant.api.get(secrets_path);
  BOOST_TEST(names(all) == expected, boost::test_tools::per_element());
  BOOST_TEST(!all.json().as_object().contains("next_cursor"));
}

BOOST_AUTO_TEST_CASE(pages_join_to_the_whole_and_end_with_null) {
  Tenant tenant = new_tenant();
  Names expected;
  for (int i = 0; i < 25; ++i) {
    expected.push_back("s" + std::to_string(i));
    tenant.create({{"secret_name", expected.back()}, {"secret_value", "12345678"}});
  }
  for (const int limit : {1, 7, 24, 25, 26, 1000}) {
    BOOST_TEST_CONTEXT("limit " << limit) {
      Names joined;
      std::string target = secrets_path + "?limit=" + std::to_string(limit) + "&cursor=";  // empty: the first page
      for (int pages = 0;; ++pages) {
        BOOST_REQUIRE(pages < 60);
        const Answer page = tenant.api.get(target);
        const Names on_page = names(page);
        BOOST_REQUIRE(on_page.size() <= static_cast<std::size_t>(limit));
        joined.insert(joined.end(), on_page.begin(), on_page.end());
        const json::value next = page.at("next_cursor");
        if (next.is_null()) break;
        target = secrets_path + "?limit=" + std::to_string(limit) + "&cursor=" + std::string(next.as_string());
      }
      BOOST_TEST(joined == expected, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_page_is_stable_while_its_last_secret_is_deleted) {
  Tenant tenant = new_tenant();
  Names ids;
  for (int i = 0; i < 6; ++i) {
    ids.emplace_back(tenant.create({{"secret_name", "s" + std::to_string(i)}, {"secret_value", "12345678"}})
                         .at("secret_id")
                         .as_string());
  }
  const std::string cursor = tenant.api.get(secrets_path + "?limit=3").text("next_cursor");
  REQUIRE_STATUS(tenant.api.del(secrets_path + ids[2]), 200);
  BOOST_TEST(names(tenant.api.get(secrets_path + "?limit=3&cursor=" + cursor)) == (Names{"s3", "s4", "s5"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(filters_by_name_and_by_tool) {
  Tenant tenant = new_tenant();
  const auto bind = [&](const char* name, const json::value& tool) {
    tenant.create({{"secret_name", name}, {"secret_value", "12345678"}, {"tool_name", tool}});
  };
  bind("unbound", nullptr);
  bind("all of linear", "agno__linear__*");
  bind("issues", "agno__linear__get_issue_details");
  bind("other", "agno__github__*");
  bind("every", "*");
  bind("näme & more=?", nullptr);
  const auto list = [&](const std::string& query) { return names(tenant.api.get(secrets_path + "?" + query)); };
  BOOST_TEST(list("secret_name=issues") == (Names{"issues"}), boost::test_tools::per_element());
  BOOST_TEST(list("secret_name=issue").empty());
  BOOST_TEST(list("secret_name=n%C3%A4me%20%26%20more%3D%3F") == (Names{"näme & more=?"}),
             boost::test_tools::per_element());
  BOOST_TEST(list("secret_name=n%C3%A4me+%26+more%3D%3F") == (Names{"näme & more=?"}),
             boost::test_tools::per_element());
  // A name selects what applies to that tool. A pattern selects the secrets whose stored tool_name it matches; a `*` in
  // the stored name is a character.
  BOOST_TEST(list("tool_name=agno__linear__get_issue_details") == (Names{"all of linear", "issues", "every"}),
             boost::test_tools::per_element());
  BOOST_TEST(list("tool_name=agno__linear__*") == (Names{"all of linear", "issues"}), boost::test_tools::per_element());
  BOOST_TEST(list("tool_name=*") == (Names{"all of linear", "issues", "other", "every"}),
             boost::test_tools::per_element());
  BOOST_TEST(list("tool_name=%2Alinear%2A") == (Names{"all of linear", "issues"}), boost::test_tools::per_element());
  BOOST_TEST(list("tool_name=AGNO__linear__get_issue_details") == (Names{"every"}), boost::test_tools::per_element());
  BOOST_TEST(list("tool_name=agno__linear__get_issue_details&secret_name=every") == (Names{"every"}),
             boost::test_tools::per_element());
  BOOST_TEST(list("tool_name=agno__*&limit=2") == (Names{"all of linear", "issues"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(bad_parameters_are_422_at_their_place) {
  Tenant tenant = new_tenant();
  const std::vector<std::pair<std::string, std::string>> bad = {{"limit=0", "limit"},
                                                                {"limit=-1", "limit"},
                                                                {"limit=1001", "limit"},
                                                                {"limit=ten", "limit"},
                                                                {"limit=", "limit"},
                                                                {"limit=99999999999999999999", "limit"},
                                                                {"limit=5&cursor=%25%25", "cursor"}};
  for (const auto& [query, parameter] : bad) {
    BOOST_TEST_CONTEXT(query) {
      const Answer answer = tenant.api.get(secrets_path + "?" + query);
      REQUIRE_STATUS(answer, 422);
      const json::array detail = answer.at("detail").as_array();
      BOOST_REQUIRE(!detail.empty());
      BOOST_TEST((detail[0].at("loc") == json::value(json::array{"query", parameter})));
    }
  }
  REQUIRE_STATUS(tenant.api.get(secrets_path + "?unknown=1"), 200);
}

BOOST_AUTO_TEST_SUITE_END()
