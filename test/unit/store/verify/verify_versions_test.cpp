// verify finds what was altered, is missing or is too many among previous values, idempotency keys and uses; changes
// of them by the store itself leave nothing to find.
#include <algorithm>

#include "store/rows/idempotency_row.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/uses_row.hpp"
#include "store/rows/version_row.hpp"
#include "test/says.hpp"
#include "test/unit/store/secrets/changes_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

/// A secret with two previous values and uses, and two idempotency keys.
struct VersionedStore : ChangesFixture {
  VersionedStore() : ChangesFixture(2) {
    id = create(new_default("a", "tool", "key", "the first value")).id;
    change(id, value_update("the second value"));
    change(id, value_update("the third value"));
    BOOST_TEST(released("tool", "key") == "the third value");
    BOOST_REQUIRE(wait(store().releases().store_uses()));
    for (const char* key : {"one", "two"}) {
      BOOST_REQUIRE(
          wait<ChangedSecret>(store().secrets().create(tenant, new_secret(key), who(), with_key(key, "body"))));
    }
    expect_clean();
  }

  void expect_clean() { BOOST_TEST(verify().problems == std::vector<std::string>(), boost::test_tools::per_element()); }
  void expect_finding(std::string_view part) {
    const auto problems = verify().problems;
    const bool found =
        std::ranges::any_of(problems, [&](const std::string& one) { return tacit::test::says(one, part); });
    BOOST_TEST(found, part);
    if (found) return;
    for (const std::string& problem : problems) BOOST_TEST_MESSAGE(problem);
  }
  std::string version_key(std::uint32_t number) const { return text(version_row_key(tenant, id, number).view()); }
  std::string uses_key() const { return text(uses_row_key(tenant, id).view()); }
  std::string row(Table table, const std::string& key) { return rows(table).at(key); }
  static std::string flipped(std::string row) {
    row.back() = static_cast<char>(row.back() ^ 1);
    return row;
  }
  /// The first row of that kind whose key has something after the kind.
  std::pair<std::string, std::string> first_of(RowKind kind) {
    const std::string prefix = text(RowKey(tenant, kind).view());
    for (const auto& row : rows(Table::tenants)) {
      if (row.first.starts_with(prefix) && row.first.size() > prefix.size()) return row;
    }
    BOOST_FAIL("there is no such row");
    return {};
  }

  crypto::Uuid id;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(verify_versions)

BOOST_FIXTURE_TEST_CASE(an_altered_previous_value_is_found, VersionedStore) {
  put(Table::tenants, version_key(1), flipped(row(Table::tenants, version_key(1))));
  expect_finding("secret " + id.str() + ": its previous value 1: ");
}

BOOST_FIXTURE_TEST_CASE(a_missing_previous_value_is_found, VersionedStore) {
  put(Table::tenants, version_key(2), std::nullopt);
  expect_finding("its row counts 2 previous values instead of 1");
}

BOOST_FIXTURE_TEST_CASE(a_previous_value_that_was_moved_or_put_back_is_found, VersionedStore) {
  const std::string first = row(Table::tenants, version_key(1));
  BOOST_REQUIRE(roll_back(id, 1));
  expect_clean();
  put(Table::tenants, version_key(1), first);
  expect_finding("its row counts 2 previous values instead of 3");
  put(Table::tenants, version_key(1), std::nullopt);
  expect_clean();
  put(Table::tenants, version_key(2), first);  // under another number
  expect_finding("its previous value 2: ");
}

BOOST_FIXTURE_TEST_CASE(a_previous_value_of_no_secret_is_found, VersionedStore) {
  const crypto::Uuid other = tenant_id(77);
  put(Table::tenants, text(version_row_key(tenant, other, 1).view()), row(Table::tenants, version_key(1)));
  expect_finding("secret " + other.str() + ": its previous value 1: there is no such secret");
}

BOOST_FIXTURE_TEST_CASE(a_secret_row_from_before_a_change_of_its_versions_is_found, VersionedStore) {
  const std::string key = text(secret_row_key(tenant, id).view());
  const std::string before = row(Table::tenants, key);
  const std::string first = row(Table::tenants, version_key(1));
  BOOST_REQUIRE(wait(store().secrets().remove_version(tenant, id, 1, who())));
  expect_clean();
  // Whole, with its version, as in an older copy of the store: only the log tells.
  put(Table::tenants, key, before);
  put(Table::tenants, version_key(1), first);
  expect_finding("secret " + id.str());
}

BOOST_FIXTURE_TEST_CASE(a_secret_row_from_before_a_rollback_is_found, VersionedStore) {
  Rows before;
  const std::string prefix = text(version_rows_of(tenant, id).view());
  for (const auto& [key, value] : rows(Table::tenants)) {
    if (key.starts_with(prefix)) before.emplace(key, value);
  }
  const std::string key = text(secret_row_key(tenant, id).view());
  before.emplace(key, row(Table::tenants, key));
  BOOST_REQUIRE(roll_back(id, 1));
  expect_clean();
  put(Table::tenants, version_key(3), std::nullopt);
  for (const auto& [each, value] : before) put(Table::tenants, each, value);
  expect_finding("secret " + id.str());
}

BOOST_FIXTURE_TEST_CASE(changes_of_versions_leave_nothing_to_find, VersionedStore) {
  BOOST_REQUIRE(roll_back(id, 1));
  expect_clean();
  BOOST_REQUIRE(wait(store().secrets().remove_version(tenant, id, 2, who())));
  expect_clean();
  SecretUpdate discard;
  discard.discard_previous = true;
  change(id, std::move(discard));
  expect_clean();
  BOOST_TEST(rows_of(RowKind::previous_value) == 0U);
  BOOST_REQUIRE(wait(store().secrets().remove(tenant, id, who())));
  BOOST_TEST(!rows(Table::meta).contains(uses_key()));
  expect_clean();
}

BOOST_FIXTURE_TEST_CASE(an_altered_row_of_an_idempotency_key_is_found, VersionedStore) {
  const auto [key, value] = first_of(RowKind::idempotency_key);
  put(Table::tenants, key, flipped(value));
  expect_finding("the row of an idempotency key was altered");
  put(Table::tenants, key, std::nullopt);
  expect_finding("an entry of the order of its idempotency keys has no row");
  expect_finding("the count of its idempotency keys is wrong");
}

BOOST_FIXTURE_TEST_CASE(an_order_of_idempotency_keys_that_is_not_theirs_is_found, VersionedStore) {
  const auto [key, value] = first_of(RowKind::idempotency_order);
  put(Table::tenants, key, flipped(value));
  expect_finding("an entry of the order of its idempotency keys is not that of its row");
  put(Table::tenants, key, std::nullopt);
  expect_finding("an idempotency key has no entry in their order");
  put(Table::tenants, key, value);
  expect_clean();
  const std::string count = text(idempotency_count_key(tenant).view());
  put(Table::tenants, count, flipped(row(Table::tenants, count)));
  expect_finding("the count of its idempotency keys is wrong");
  put(Table::tenants, count, std::nullopt);
  expect_finding("the count of its idempotency keys is wrong");
}

BOOST_FIXTURE_TEST_CASE(altered_uses_and_those_of_no_secret_are_found, VersionedStore) {
  const std::string uses = row(Table::meta, uses_key());
  put(Table::meta, uses_key(), flipped(uses));
  expect_finding("secret " + id.str() + ": the row of its uses was altered");
  put(Table::meta, uses_key(), uses);
  BOOST_REQUIRE(wait(store().secrets().remove(tenant, id, who())));
  expect_clean();
  put(Table::meta, uses_key(), uses);
  expect_finding("secret " + id.str() + ": there is a row of its uses, but no such secret");
}

BOOST_FIXTURE_TEST_CASE(new_rows_in_a_store_that_does_not_take_them_are_found, VersionedStore) {
  put(Table::meta, text(rows_row_key()), text(rows_value(third_rows_format)));
  expect_finding("a previous value, which the store does not accept yet");
  expect_finding("an idempotency key, which the store does not accept yet");
  expect_finding("has a format that the store does not accept yet");
}

BOOST_AUTO_TEST_SUITE_END()
