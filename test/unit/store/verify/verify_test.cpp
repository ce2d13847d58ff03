// Verify counts a whole store, and finds altered, missing and misplaced rows.
#include <boost/test/unit_test.hpp>

#include "store/audit/audit_log.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/secrets.hpp"
#include "store/verify/verify.hpp"
#include "test/unit/store/lmdb/engine/first_format_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

ByteView bytes(const std::string& text) { return tacit::crypto::as_bytes(text); }

struct VerifyFixture : StoreFixture {
  explicit VerifyFixture(StoreFixtureOptions options = {}) : StoreFixture(std::move(options)) {
    for (int i = 0; i < 4; ++i) {
      const std::string n = std::to_string(i);
      BOOST_REQUIRE(wait(store().secrets().create(
          tenant_id(1), new_default("secret " + n, "tool" + n + (i < 2 ? "*" : ""), "key"), who())));
    }
    BOOST_REQUIRE(verify().problem_count == 0);
  }

  /// The tenant's first row of that kind.
  std::pair<std::string, std::string> row(RowKind kind) {
    for (const auto& [key, value] : rows(Table::tenants)) {
      if (static_cast<std::uint8_t>(key[16]) == static_cast<std::uint8_t>(kind)) return {key, value};
    }
    BOOST_FAIL("no such row");
    return {};
  }
  /// Changes the record as is possible only with the metadata key.
  template <class Change>
  void change_record(Change change) {
    const tacit::crypto::TenantKeys keys(all_keys().metadata->primary(), tenant_id(1));
    const auto [key, value] = row(RowKind::record);
    auto record = decode_tenant_record(bytes(value), tenant_id(1), keys);
    BOOST_REQUIRE(record);
    change(*record);
    put(Table::tenants, key, text(encode_tenant_record(*record, tenant_id(1), keys)));
  }
  /// Whether the only problem contains that text.
  bool finds(const std::string& words) {
    const VerifyReport report = verify();
    BOOST_TEST_INFO("first problem: " << (report.problems.empty() ? "none" : report.problems[0]));
    BOOST_TEST(report.problem_count == 1U);
    return report.problem_count == 1 && report.problems.at(0).find(words) != std::string::npos;
  }
  static std::string sequence(std::uint64_t n) {
    tacit::crypto::Bytes key;
    Encoder(key).u64(n);
    return text(key);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(verify)

BOOST_AUTO_TEST_CASE(a_whole_store_is_counted) {
  VerifyFixture fixture;
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(2), new_secret("a"), who())));
  VerifyProgress last;
  int calls = 0;
  const auto report = verify_store(fixture.store(), [&](const VerifyProgress& progress) {
    ++calls;
    last = progress;
  });
  BOOST_REQUIRE(report);
  BOOST_TEST(report->tenants == 2U);
  BOOST_TEST(report->secrets == 5U);
  BOOST_TEST(report->values_opened == 5U);
  BOOST_TEST(report->audit_entries == 5U);
  BOOST_TEST(report->audit_head.size() == std::string("5:").size() + 64U);
  BOOST_TEST(report->problems.empty());
  BOOST_TEST(calls >= 3);
  BOOST_TEST(last.rows == last.rows_total);
}

BOOST_AUTO_TEST_CASE(without_the_private_key_values_are_not_opened) {
  StoreFixtureOptions options;
  options.private_keys = false;
  StoreFixture fixture(options);
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(2), new_secret("a"), who())));
  BOOST_TEST(fixture.verify().values_opened == 0U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(wrong_counters_are_found) {
  VerifyFixture fixture;
  fixture.change_record([](TenantRecord& record) { record.used += 1; });
  BOOST_TEST(fixture.finds("bytes"));
  fixture.change_record([](TenantRecord& record) {
    record.used -= 1;
    record.count -= 1;
  });
  BOOST_TEST(fixture.finds("counts 3 instead of 4 secrets"));
  fixture.change_record([](TenantRecord& record) {
    record.count += 1;
    PrefixCounts prefixes = *record.prefixes.opened();
    prefixes.add(9);
    record.prefixes = SealedPrefixes(prefixes);
  });
  BOOST_TEST(fixture.finds("miscounts the prefixes"));
}

BOOST_AUTO_TEST_CASE(index_entries_missing_orphaned_or_wrong) {
  for (const RowKind kind : {RowKind::name, RowKind::binding, RowKind::default_for}) {
    VerifyFixture fixture;
    const auto [key, value] = fixture.row(kind);
    fixture.put(Table::tenants, key, std::nullopt);
    BOOST_TEST(fixture.finds("has no entry in the"));
    fixture.put(Table::tenants, key, std::string(16, '\x7F'));
    BOOST_TEST(fixture.finds("belongs to another secret"));
    fixture.put(Table::tenants, key, value);
    std::string orphan = key;
    orphan[17] = static_cast<char>(orphan[17] ^ 1);
    fixture.put(Table::tenants, orphan, value);
    BOOST_TEST(fixture.finds("has no secret"));
  }
}

BOOST_AUTO_TEST_CASE(a_secret_that_is_gone_leaves_its_entries_and_counters) {
  VerifyFixture fixture;
  fixture.put(Table::tenants, fixture.row(RowKind::secret).first, std::nullopt);
  // Three entries, the count, the bytes and the prefixes, and the result of the audit log.
  BOOST_TEST(fixture.verify().problem_count == 7U);
}

BOOST_AUTO_TEST_CASE(rows_of_unknown_meaning) {
  {
    VerifyFixture fixture;
    fixture.put(Table::tenants, fixture.row(RowKind::record).first.substr(0, 16) + "\x0arest", "x");
    BOOST_TEST(fixture.finds("unknown kind 10"));
  }
  {
    VerifyFixture fixture;
    fixture.put(Table::tenants, fixture.row(RowKind::record).first + "x", "x");
    BOOST_TEST(fixture.finds("unknown meaning"));
  }
  {
    VerifyFixture fixture;
    fixture.put(Table::tenants, fixture.row(RowKind::secret).first + "x", "x");
    BOOST_TEST(fixture.verify().problem_count >= 1U);
  }
  {
    VerifyFixture fixture;
    fixture.put(Table::tenants, "short", "x");
    BOOST_TEST(fixture.finds("belongs to no tenant"));
  }
  {
    VerifyFixture fixture;
    fixture.put(Table::meta, "other", "x");
    BOOST_TEST(fixture.finds("unknown meaning"));
    fixture.put(Table::meta, "other", std::nullopt);
    fixture.put(Table::meta, "format", std::nullopt);
    BOOST_TEST(fixture.finds("the store's format is not recorded"));
  }
}

BOOST_AUTO_TEST_CASE(impossible_formats_and_numbers_of_changes_are_found) {
  // Rows of secrets are of the first format there, so that the record is the only one of a newer format.
  StoreFixtureOptions second_format;
  second_format.new_format = 2;
  VerifyFixture fixture(second_format);
  fixture.change_record([](TenantRecord& record) { record.changes = 3; });
  BOOST_TEST(fixture.finds("3 changes, fewer than its secrets"));
  fixture.change_record([](TenantRecord& record) { record.changes = 4; });
  BOOST_TEST(fixture.verify().problem_count == 0U);
  raise_without_rows(fixture);
  fixture.put(Table::meta, "rows", std::nullopt);
  BOOST_TEST(fixture.finds("format that the store does not accept yet"));
  fixture.change_record([](TenantRecord& record) { record.changes.reset(); });
  BOOST_TEST(fixture.verify().problem_count == 0U);
  make_first_format(fixture);
  BOOST_TEST(fixture.verify().problem_count == 0U);
  fixture.put(Table::meta, "rows", text(rows_value()));
  BOOST_TEST(fixture.finds("accepts rows of a newer format than its own"));
  fixture.put(Table::meta, "rows", "x");
  BOOST_TEST(fixture.finds("unknown meaning"));
}

BOOST_AUTO_TEST_CASE(a_private_key_that_does_not_open) {
  VerifyFixture fixture;
  fixture.change_record([](TenantRecord& record) { record.key->box.back() ^= 1; });
  BOOST_TEST(fixture.finds("private key cannot be opened"));
  fixture.change_record([](TenantRecord& record) { record.key.reset(); });
  BOOST_TEST(fixture.verify().problem_count == 4U);
}

BOOST_AUTO_TEST_CASE(an_audit_entry_altered_missing_or_moved) {
  VerifyFixture fixture;
  const Rows rows = fixture.rows(Table::audit);
  const std::string second = VerifyFixture::sequence(2);
  const std::string third = VerifyFixture::sequence(3);
  std::string altered = rows.at(second);
  altered[50] = static_cast<char>(altered[50] ^ 1);
  fixture.put(Table::audit, second, altered);
  BOOST_TEST(fixture.finds("audit entry 2 does not match"));
  fixture.put(Table::audit, second, std::nullopt);
  BOOST_TEST(fixture.finds("1 is followed by 3"));
  fixture.put(Table::audit, second, rows.at(third));
  fixture.put(Table::audit, third, rows.at(second));
  BOOST_TEST(fixture.verify().problem_count >= 2U);
  fixture.put(Table::audit, second, "x");
  fixture.put(Table::audit, third, rows.at(third));
  BOOST_TEST(fixture.verify().problem_count == 2U);
  fixture.put(Table::audit, second, rows.at(second));
  BOOST_TEST(fixture.verify().problem_count == 0U);
  fixture.put(Table::audit, VerifyFixture::sequence(1), std::nullopt);
  BOOST_TEST(fixture.finds("0 is followed by 2"));
}

BOOST_AUTO_TEST_CASE(any_byte_of_an_audit_entry) {
  VerifyFixture fixture;
  const std::string key = VerifyFixture::sequence(2);
  const std::string row = fixture.rows(Table::audit).at(key);
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::string flipped = row;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    fixture.put(Table::audit, key, flipped);
    BOOST_TEST(fixture.verify().problem_count > 0U);
  }
}

BOOST_AUTO_TEST_CASE(findings_and_their_order_do_not_depend_on_the_number_of_threads) {
  VerifyFixture fixture;
  for (std::uint8_t tenant = 2; tenant < 5; ++tenant) {
    for (int batch = 0; batch < 2; ++batch) {
      std::vector<NewSecret> secrets;
      for (int i = 0; i < 32; ++i) {
        const std::string n = std::to_string(32 * batch + i);
        secrets.push_back(new_default("secret " + n, "tool" + n, "key"));
      }
      BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create_batch(tenant_id(tenant), std::move(secrets), who())));
    }
  }
  std::size_t at = 0;
  for (const auto& [key, value] : fixture.rows(Table::tenants)) {
    if (++at % 23 == 0) fixture.put(Table::tenants, key, std::nullopt);
    if (at % 29 != 0) continue;
    std::string damaged = value + "x";
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
    fixture.put(Table::tenants, key, damaged);
  }
  const auto one = verify_store(fixture.store(), {}, 1);
  BOOST_REQUIRE(one);
  BOOST_TEST(one->problem_count > 20U);
  for (const unsigned threads : {2U, 4U, 9U}) {
    const auto several = verify_store(fixture.store(), {}, threads);
    BOOST_REQUIRE(several);
    BOOST_TEST(several->problems == one->problems, boost::test_tools::per_element());
    BOOST_TEST(several->secrets == one->secrets);
    BOOST_TEST(several->values_opened == one->values_opened);
    BOOST_TEST(several->tenants == one->tenants);
    BOOST_TEST(several->keys_signed == one->keys_signed);
  }
}

BOOST_AUTO_TEST_CASE(only_the_first_thousand_problems_are_reported) {
  VerifyFixture fixture;
  boost::asio::io_context context(1);
  for (int i = 0; i < 1100; ++i) {
    fixture.put(Table::meta, "x" + std::to_string(i), "x");
  }
  const VerifyReport report = fixture.verify();
  BOOST_TEST(report.problem_count == 1100U);
  BOOST_TEST(report.problems.size() == 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
