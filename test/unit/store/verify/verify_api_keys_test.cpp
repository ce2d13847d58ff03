// The reports of `verify` on API keys and their indexes.
#include <boost/test/unit_test.hpp>

#include "store/api_keys/api_keys.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

struct IndexFixture : StoreFixture {
  IndexFixture() {
    for (int n = 1; n <= 3; ++n) {
      BOOST_REQUIRE(wait(store().api_keys().add(some_api_key(numbered(n), tenant_id(n == 3 ? 2 : 1)), who())));
    }
    BOOST_REQUIRE(verify().problem_count == 0);
  }
  static std::string entry(int n, std::uint8_t tenant = 1) {
    std::string key(tacit::crypto::as_text(tenant_id(tenant).view()));
    key.push_back('\x05');
    return key.append(numbered(n));
  }
  /// Whether the only problem contains that text.
  bool finds(const std::string& words) {
    const VerifyReport report = verify();
    BOOST_TEST_INFO("first problem: " << (report.problems.empty() ? "none" : report.problems[0]));
    BOOST_TEST(report.problem_count == 1U);
    return report.problem_count == 1 && report.problems.at(0).find(words) != std::string::npos;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(verify_api_keys)

BOOST_AUTO_TEST_CASE(keys_and_tenants_are_counted) {
  IndexFixture fixture;
  BOOST_TEST(fixture.verify().api_keys == 3U);
  BOOST_TEST(fixture.verify().tenants == 2U);
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_missing) {
  IndexFixture fixture;
  fixture.put(Table::tenants, IndexFixture::entry(1), std::nullopt);
  BOOST_TEST(fixture.finds("API key 00000000001: has no entry in the index of its tenant"));
}

BOOST_AUTO_TEST_CASE(an_entry_of_no_key) {
  IndexFixture fixture;
  fixture.put(Table::tenants, IndexFixture::entry(4), "");
  BOOST_TEST(fixture.finds("API key 00000000004: is in the index of tenant"));
}

BOOST_AUTO_TEST_CASE(an_entry_of_another_tenants_key) {
  IndexFixture fixture;
  fixture.put(Table::tenants, IndexFixture::entry(3, 1), "");
  BOOST_TEST(fixture.finds("API key 00000000003: is in the index of tenant " + tenant_id(1).str()));
}

BOOST_AUTO_TEST_CASE(an_entry_of_a_revoked_key) {
  IndexFixture fixture;
  BOOST_REQUIRE(fixture.wait(fixture.store().api_keys().revoke(numbered(1), who())));
  BOOST_TEST(fixture.verify().problem_count == 0U);
  fixture.put(Table::tenants, IndexFixture::entry(1), "");
  BOOST_TEST(fixture.finds("API key 00000000001: is revoked but still in the index"));
}

BOOST_AUTO_TEST_CASE(an_entry_that_holds_something) {
  IndexFixture fixture;
  fixture.put(Table::tenants, IndexFixture::entry(1), "x");
  BOOST_TEST(fixture.finds("is not empty"));
}

BOOST_AUTO_TEST_CASE(a_key_taken_away_leaves_its_entry) {
  IndexFixture fixture;
  fixture.put(Table::api_keys, numbered(1), std::nullopt);
  // The log, and the index.
  BOOST_TEST(fixture.verify().problem_count == 2U);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_missing_beside_the_index) {
  IndexFixture fixture;
  std::string record(tacit::crypto::as_text(tenant_id(2).view()));
  record.push_back('\0');
  fixture.put(Table::tenants, record, std::nullopt);
  BOOST_TEST(fixture.finds("its record is missing"));
  const auto made = fixture.wait(fixture.store().api_keys().add(some_api_key(numbered(9), tenant_id(2)), who()));
  BOOST_REQUIRE(!made);
  BOOST_CHECK(made.error().code == Errc::integrity);
  // Urgent work continues.
  BOOST_TEST(fixture.wait(fixture.store().api_keys().revoke_of_tenant(tenant_id(2), numbered(3), who())).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
