// A metadata rewrap moves previous values and uses, and drops idempotency keys, whatever the size of its steps.
#include <boost/test/unit_test.hpp>

#include "crypto/text/sentence.hpp"
#include "store/keys/rewrap_search.hpp"
#include "store/rows/idempotency_row.hpp"
#include "store/rows/uses_row.hpp"
#include "store/rows/version_row.hpp"
#include "store/secrets/releases.hpp"
#include "test/unit/store/keys/rotation_fixture.hpp"
#include "test/unit/store/secrets/changes_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

AuditContext a_runtime() {
  return {.plane = "tools", .actor = "cn:tool", .peer = "192.0.2.1:4001", .request_id = "request-2"};
}

/// Of the tenant `small`: two secrets with a previous value and uses each, and three idempotency keys.
struct VersionedRotation : RotationFixture {
  VersionedRotation() {
    for (const char* tool : {"one", "two"}) {
      NewSecret secret = new_default(tool, tool, "key", std::string("first of ") + tool);
      const auto made = fixture.wait(fixture.store().secrets().create(small, std::move(secret), who()));
      BOOST_REQUIRE(made);
      BOOST_REQUIRE(fixture.wait(
          fixture.store().secrets().update(small, made->id, value_update(std::string("second of ") + tool), who())));
      BOOST_TEST(released(tool) == std::string("second of ") + tool);
      ids.push_back(made->id);
    }
    BOOST_REQUIRE(fixture.wait(fixture.store().releases().store_uses()));
    for (const char* key : {"a", "b", "c"}) create_once(key);
    count_is(3);
    clean();
  }

  std::string released(const std::string& tool) {
    ResolveQuery query;
    query.tenant = small;
    query.tool_name = tool;
    const auto values = fixture.wait(resolve_values(fixture.store(), query, a_runtime()));
    if (!values) return "failed: " + values.error().subject;
    std::string all;
    for (const ReleasedValue& value : *values) all += text_of(value.value);
    return all;
  }
  bool create_once(const std::string& key) {
    const auto made = fixture.wait<ChangedSecret>(
        fixture.store().secrets().create(small, new_secret("of " + key), who(), with_key(key, "body")));
    BOOST_REQUIRE(made);
    return made->replayed;
  }
  void count_is(std::uint32_t expected) {
    const Rows rows = fixture.rows(Table::tenants);
    const std::string prefix = text(RowKey(small, RowKind::idempotency_key).view());
    IdempotencyCount stored;
    for (const auto& [key, value] : rows) {
      if (!key.starts_with(prefix)) continue;
      ++stored.rows;
      stored.bytes += static_cast<std::uint32_t>(value.size());
    }
    const auto count = decode_idempotency_count(crypto::as_bytes(rows.at(text(idempotency_count_key(small).view()))));
    BOOST_TEST(stored.rows == expected);
    BOOST_TEST((count && *count == stored));
  }
  std::size_t uses_of(const crypto::Uuid& id) {
    const auto page = fixture.wait(fixture.store().releases().uses(small, id, {}, who()));
    BOOST_REQUIRE_MESSAGE(page, page.error().subject);
    return page->uses.size();
  }
  void clean() {
    BOOST_TEST(fixture.verify().problems == std::vector<std::string>(), boost::test_tools::per_element());
  }
  /// The metadata keys of all rows that this file is about.
  std::size_t rows_under(const crypto::KeyId& id) {
    std::size_t found = 0;
    for (const auto& [key, value] : fixture.rows(Table::tenants)) {
      ParsedKey parsed;
      BOOST_REQUIRE(parse_key(crypto::as_bytes(key), parsed));
      const ByteView row = crypto::as_bytes(value);
      if (is_kind(parsed, RowKind::previous_value)) {
        found += crypto::metadata_key_of(parse_version_row(row)->metadata_box) == id ? 1U : 0U;
      }
      if (is_kind(parsed, RowKind::idempotency_key)) found += metadata_key_of_idempotency_row(row) == id ? 1U : 0U;
    }
    for (const auto& [key, value] : fixture.rows(Table::meta)) {
      if (!place_of_uses(crypto::as_bytes(key))) continue;
      found += metadata_key_of_uses(crypto::as_bytes(value)) == id ? 1U : 0U;
    }
    return found;
  }
  void roll_back(const crypto::Uuid& id, std::uint32_t version) {
    const auto back = fixture.wait(fixture.store().secrets().rollback(small, id, version, who()));
    BOOST_REQUIRE_MESSAGE(back, back.error().subject);
  }

  std::vector<crypto::Uuid> ids;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rewrap_versions)

BOOST_AUTO_TEST_CASE(previous_values_and_uses_move_and_idempotency_keys_go) {
  for (const std::size_t most : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{2000}}) {
    BOOST_TEST_CONTEXT("steps of " << most) {
      VersionedRotation r;
      const crypto::KeyId fresh = r.rotate(KeyKind::metadata);
      BOOST_TEST(r.rows_under(r.old) == 7U);
      const KeyUse before = r.uses(KeyKind::metadata, r.old);
      BOOST_TEST(before.beside == 7U);
      BOOST_TEST(before.secrets == r.list(small).size() + r.list(large).size());
      const RewrapStep done = r.run(KeyKind::metadata, most);
      BOOST_TEST(done.secrets == before.secrets);
      BOOST_TEST(done.beside == before.beside);
      BOOST_TEST(done.problems == std::vector<std::string>(), boost::test_tools::per_element());
      BOOST_TEST(r.rows_under(r.old) == 0U);
      BOOST_TEST(r.rows_under(fresh) == 4U);
      r.count_is(0);
      BOOST_TEST(r.uses(KeyKind::metadata, r.old).total() == 0U);
      r.clean();
      r.retire(KeyKind::metadata, r.old);
      r.clean();
      for (const crypto::Uuid& id : r.ids) BOOST_TEST(r.uses_of(id) == 1U);
      r.roll_back(r.ids[0], 1);
      BOOST_TEST(r.released("one") == "first of one");
      BOOST_TEST(r.released("two") == "second of two");
      r.clean();
    }
  }
}

BOOST_AUTO_TEST_CASE(everything_works_between_two_steps) {
  VersionedRotation r;
  r.rotate(KeyKind::metadata);
  RewrapPosition at;
  for (int steps = 0; steps < 300; ++steps) {
    const RewrapStep done = r.step(KeyKind::metadata, 1, at);
    at = done.next;
    // A value moves from one kind of rows to the other, and back.
    const crypto::Uuid& id = r.ids[static_cast<std::size_t>(steps) % 2];
    const auto versions = r.fixture.wait(r.fixture.store().secrets().versions(small, id, who()));
    BOOST_REQUIRE(versions);
    BOOST_REQUIRE(versions->size() == 2U);
    if (steps < 60) r.roll_back(id, versions->back().number);
    BOOST_TEST(r.uses_of(id) >= 1U);
    if (steps % 10 == 0) r.clean();
    if (done.finished) break;
    BOOST_REQUIRE(steps < 299);
  }
  BOOST_TEST(r.uses(KeyKind::metadata, r.old).total() == 0U);
  r.count_is(0);
  r.clean();
}

BOOST_AUTO_TEST_CASE(a_repetition_is_known_while_its_row_has_not_moved_and_new_keys_are_kept) {
  VersionedRotation r;
  r.rotate(KeyKind::metadata);
  r.step(KeyKind::metadata, 1);
  BOOST_TEST(r.create_once("a"));
  BOOST_TEST(!r.create_once("d"));  // under the new key
  r.run(KeyKind::metadata, 1);
  r.count_is(1);
  BOOST_TEST(r.create_once("d"));
  r.clean();
}

BOOST_AUTO_TEST_CASE(uses_that_cannot_be_read_are_removed_and_a_previous_value_keeps_its_key) {
  VersionedRotation r;
  const std::string uses = text(uses_row_key(small, r.ids[0]).view());
  std::string altered = r.fixture.rows(Table::meta).at(uses);
  altered.back() = static_cast<char>(altered.back() ^ 1);
  r.fixture.put(Table::meta, uses, altered);
  const std::string version = text(version_row_key(small, r.ids[1], 1).view());
  std::string broken = r.fixture.rows(Table::tenants).at(version);
  broken.back() = static_cast<char>(broken.back() ^ 1);
  r.fixture.put(Table::tenants, version, broken);
  r.rotate(KeyKind::metadata);
  const RewrapStep done = r.run(KeyKind::metadata, 3);
  BOOST_TEST(done.problems.size() >= 2U);
  BOOST_TEST(!r.fixture.rows(Table::meta).contains(uses));
  const KeyUse left = r.uses(KeyKind::metadata, r.old);
  BOOST_TEST(left.secrets == 0U);
  BOOST_TEST(left.beside == 1U);
  BOOST_TEST(hindrance_of(KeyKind::metadata, left) == crypto::counted(left.tenants, "tenant") +
                                                          ", 0 secrets, 0 API keys and 1 other row still use it; " +
                                                          "run: tacit key rewrap metadata");
}

BOOST_AUTO_TEST_SUITE_END()
