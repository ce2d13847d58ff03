// An erasure removes previous values, idempotency keys and uses; an export has previous values and uses.
#include <algorithm>
#include <vector>

#include "store/rows/uses_row.hpp"
#include "store/rows/version_row.hpp"
#include "test/unit/store/secrets/changes_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

struct TenantWithUses : ChangesFixture {
  TenantWithUses() : ChangesFixture(2) {
    for (const char* name : {"a", "b"}) {
      ids.push_back(create(new_default(name, name, "key", "the first value")).id);
      change(ids.back(), value_update("the second value"));
      BOOST_TEST(released(name, "key") == "the second value");
    }
    BOOST_REQUIRE(wait(store().releases().store_uses()));
    BOOST_REQUIRE(
        wait<ChangedSecret>(store().secrets().create(tenant, new_secret("c"), who(), with_key("key", "body"))));
    const auto other = wait(store().secrets().create(tenant_id(2), new_default("a", "a", "key"), who()));
    BOOST_REQUIRE(other);
    ResolveQuery query;
    query.tenant = tenant_id(2);
    query.tool_name = "a";
    BOOST_REQUIRE(wait(store().releases().resolve(std::move(query), who())));
    BOOST_REQUIRE(wait(store().releases().store_uses()));
  }

  std::size_t uses_of(const crypto::Uuid& of) {
    const std::string prefix = text(uses_rows_of(of).view());
    const Rows all = rows(Table::meta);
    return static_cast<std::size_t>(
        std::ranges::count_if(all, [&](const auto& row) { return row.first.starts_with(prefix); }));
  }

  std::vector<crypto::Uuid> ids;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(new_rows_of_tenant)

BOOST_FIXTURE_TEST_CASE(an_erasure_removes_them_all, TenantWithUses) {
  BOOST_TEST(uses_of(tenant) == 2U);
  BOOST_REQUIRE(wait(store().tenants().erase(tenant, {}, who())));
  BOOST_TEST(uses_of(tenant) == 0U);
  BOOST_TEST(uses_of(tenant_id(2)) == 1U);
  const std::string prefix = text(RowKey(tenant).view());
  for (const auto& [key, value] : rows(Table::tenants)) BOOST_TEST(!key.starts_with(prefix));
  BOOST_TEST(verify().problems == std::vector<std::string>(), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(an_export_has_previous_values_and_uses, TenantWithUses) {
  std::vector<crypto::Uuid> secrets;
  std::vector<std::pair<crypto::Uuid, std::uint32_t>> versions;
  std::vector<crypto::Uuid> uses;
  TenantSink sink;
  sink.record = [](ByteView) { return true; };
  sink.secret = [&](const crypto::Uuid& id, const SecretRow&) {
    secrets.push_back(id);
    return true;
  };
  sink.previous_value = [&](const crypto::Uuid& id, const VersionRow& row) {
    versions.emplace_back(id, row.header.number);
    return true;
  };
  sink.uses = [&](const crypto::Uuid& id, ByteView) {
    uses.push_back(id);
    return true;
  };
  sink.api_key = [](const ApiKey&) { return true; };
  const auto done = store().tenants().export_rows(tenant, sink);
  BOOST_REQUIRE(done);
  BOOST_TEST(*done);
  BOOST_TEST(secrets.size() == 3U);
  std::ranges::sort(ids);
  BOOST_TEST((uses == ids));
  BOOST_REQUIRE(versions.size() == 2U);
  BOOST_TEST((versions[0] == std::pair(ids[0], std::uint32_t{1})));
  BOOST_TEST((versions[1] == std::pair(ids[1], std::uint32_t{1})));
}

BOOST_AUTO_TEST_SUITE_END()
