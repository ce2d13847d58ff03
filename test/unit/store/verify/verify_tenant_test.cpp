// The check of one tenant in a store of format 3: pairs, values and prefix lengths, and any byte of its rows.
#include "store/rows/value_binding.hpp"
#include "test/unit/store/verify/verify_parts_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

const crypto::Uuid tenant = tenant_id(1);
const crypto::Uuid secret_id = tenant_id(9);
const std::string its = "tenant " + tenant.str() + ": ";
const std::string its_secret = its + "secret " + secret_id.str() + ": ";
const std::string value = "a value of some length";

/// A tenant's rows, made as a process with the metadata key can make them.
struct TenantRows {
  TenantRows() {
    record.format = 3;
    record.metadata_key = keys.metadata->primary().id;
    record.key = certified_key();
    record.count = 1;
    record.changes = 1;
    PrefixCounts prefixes;
    prefixes.add(indexed_pattern("tool__*").literal.size());
    record.prefixes = SealedPrefixes(prefixes);
    metadata.name = "name";
    metadata.display = mask(value);
    metadata.tool_name = "tool__*";
    metadata.tool_arg = "argument";
    metadata.value_length = static_cast<std::uint32_t>(value.size());
    header.format = second_secret_format;
    header.strict = true;
    record.used = metadata.accounted(value.size());
  }

  Bytes box(const crypto::TenantKey& key) const {
    const Bytes binding = header.strict ? binding_of(metadata.tool_name, metadata.tool_arg) : Bytes();
    return *crypto::seal_value(key, {tenant, secret_id, header.value_version}, crypto::as_bytes(value),
                               crypto::ValueFormat::padded, binding);
  }
  std::string secret_row(ByteView value_box) const {
    return row_text(seal_secret(tenant_keys, secret_id, header, value_box, metadata));
  }
  std::string record_row() const { return row_text(encode_tenant_record(record, tenant, tenant_keys)); }

  Rows rows() const { return rows(record_row(), secret_row(box(*record.key))); }
  Rows rows(const std::string& record_value, const std::string& secret_value) const {
    Rows made;
    made[row_text(record_row_key(tenant).view())] = record_value;
    made[row_text(secret_row_key(tenant, secret_id).view())] = secret_value;
    made[row_text(name_row_key(tenant_keys, tenant, metadata.name).view())] = row_text(secret_id.view());
    made[row_text(binding_key(tenant_keys, tenant, *metadata.tool_name, false, secret_id).view())] = "";
    return made;
  }

  StoreKeys keys = keys_of_phase(crypto::SigningPhase::required);
  crypto::TenantKeys tenant_keys{keys.metadata->primary(), tenant};
  TenantRecord record;
  SecretHeader header;
  Metadata metadata;
};

VerifyReport report_of(const Rows& rows, std::uint32_t rows_format = 3) {
  VerifyParts parts;
  parts.replay.begins_later();
  TenantCheck check(parts.tenants, tenant, rows_format);
  for (const auto& row : rows) {
    ParsedKey key;
    BOOST_REQUIRE(parse_key(crypto::as_bytes(row.first), key));
    check.row(key, row_of(row));
  }
  check.finish();
  return parts.report;
}

Texts findings(const Rows& rows, std::uint32_t rows_format = 3) { return report_of(rows, rows_format).problems; }

}  // namespace

BOOST_AUTO_TEST_SUITE(verify_tenant)

BOOST_AUTO_TEST_CASE(a_good_tenant_is_counted) {
  const VerifyReport report = report_of(TenantRows().rows());
  expect(report.problems, {});
  BOOST_TEST(report.secrets == 1U);
  BOOST_TEST(report.values_opened == 1U);
  BOOST_TEST(report.values_bound == 1U);
  BOOST_TEST(report.keys == 1U);
  BOOST_TEST(report.keys_signed == 1U);
}

BOOST_AUTO_TEST_CASE(any_byte_of_a_record_or_of_a_secret) {
  const TenantRows good;
  const std::string record = good.record_row();
  const std::string secret = good.secret_row(good.box(*good.record.key));
  for_each_damage(record,
                  [&](const std::string& damaged) { BOOST_TEST(!findings(good.rows(damaged, secret)).empty()); });
  for_each_damage(secret,
                  [&](const std::string& damaged) { BOOST_TEST(findings(good.rows(record, damaged)).size() == 1U); });
}

BOOST_AUTO_TEST_CASE(any_byte_of_a_value_box_that_was_put_in_with_the_metadata_key) {
  const TenantRows good;
  const std::string box = row_text(good.box(*good.record.key));
  for_each_damage(box, [&](const std::string& damaged) {
    if (damaged.size() < crypto::value_box_overhead) return;  // no row
    const Texts found = findings(good.rows(good.record_row(), good.secret_row(crypto::as_bytes(damaged))));
    BOOST_REQUIRE(found.size() == 1U);
    BOOST_TEST((found.front() == its_secret + "its value cannot be opened" ||
                found.front() == its_secret + "its value names a key that its tenant's record does not"));
  });
}

BOOST_AUTO_TEST_CASE(any_byte_of_a_key_box_that_was_put_in_with_the_metadata_key) {
  const TenantRows good;
  const std::string secret = good.secret_row(good.box(*good.record.key));
  const std::string signature = its + "the signature of its key is wrong";
  const std::string opening = its + "its private key cannot be opened";
  for_each_damage(row_text(good.record.key->box), [&](const std::string& damaged) {
    TenantRows altered;
    altered.record.key = good.record.key;
    altered.record.key->box.assign(damaged.begin(), damaged.end());
    expect(findings(altered.rows(altered.record_row(), secret)), {signature, opening});
  });
}

BOOST_AUTO_TEST_CASE(any_byte_of_a_prefix_box_that_was_put_in_with_the_metadata_key) {
  const TenantRows good;
  const std::string secret = good.secret_row(good.box(*good.record.key));
  for_each_damage(row_text(good.record.prefixes.box(good.tenant_keys)), [&](const std::string& damaged) {
    TenantRows altered;
    if (damaged.empty()) return;  // sealed again when the record is encoded
    altered.record.key = good.record.key;
    altered.record.prefixes = SealedPrefixes(crypto::as_bytes(damaged), altered.record.metadata_key);
    expect(findings(altered.rows(altered.record_row(), secret)), {its + "its prefix lengths cannot be opened"});
  });
  TenantRows miscounted;
  miscounted.record.prefixes = {};
  expect(findings(miscounted.rows()), {its + "its record miscounts the prefixes of its bindings"});
}

BOOST_AUTO_TEST_CASE(a_value_is_opened_with_the_pair_that_its_box_names) {
  TenantRows rows;
  rows.record.previous_key = certified_key();
  const VerifyReport old =
      report_of(rows.rows(rows.record_row(), rows.secret_row(rows.box(*rows.record.previous_key))));
  expect(old.problems, {});
  BOOST_TEST(old.values_opened == 1U);
  BOOST_TEST(old.keys == 1U);
  expect(findings(rows.rows()), {});
  expect(findings(rows.rows(rows.record_row(), rows.secret_row(rows.box(certified_key())))),
         {its_secret + "its value names a key that its tenant's record does not"});
}

BOOST_AUTO_TEST_CASE(a_previous_pair_is_judged_like_a_pair) {
  TenantRows rows;
  rows.record.previous_key = crypto::make_tenant_key(*rows.keys.root_public, tenant);
  expect(findings(rows.rows()), {its + "its previous key is not signed"});
  rows.record.previous_key = certified_key();
  rows.record.previous_key->box.back() ^= 1;
  expect(findings(rows.rows()),
         {its + "the signature of its previous key is wrong", its + "its previous private key cannot be opened"});
}

BOOST_AUTO_TEST_CASE(a_value_of_another_length_than_its_metadata) {
  TenantRows rows;
  const Bytes box = rows.box(*rows.record.key);
  rows.metadata.value_length = static_cast<std::uint32_t>(value.size() - 1);
  rows.record.used = rows.metadata.accounted(value.size() - 1);
  expect(findings(rows.rows(rows.record_row(), rows.secret_row(box))),
         {its_secret + "its value has another length than its metadata"});
}

BOOST_AUTO_TEST_CASE(a_value_that_was_bound_to_another_tool) {
  TenantRows rows;
  const Bytes box = rows.box(*rows.record.key);
  const std::string cannot = its_secret + "its value cannot be opened";
  rows.metadata.tool_arg = "another!";
  expect(findings(rows.rows(rows.record_row(), rows.secret_row(box))), {cannot});
  rows.metadata.tool_arg = "argument";
  rows.header.strict = false;
  expect(findings(rows.rows(rows.record_row(), rows.secret_row(box))), {cannot});
  const VerifyReport unbound = report_of(rows.rows());
  expect(unbound.problems, {});
  BOOST_TEST(unbound.values_bound == 0U);
}

BOOST_AUTO_TEST_CASE(rows_of_formats_that_the_store_does_not_accept_yet) {
  expect(findings(TenantRows().rows(), 2), {its_secret + "has a format that the store does not accept yet",
                                            its + "its record has a format that the store does not accept yet"});
}

BOOST_AUTO_TEST_SUITE_END()
