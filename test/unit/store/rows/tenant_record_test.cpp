// The three formats of a tenant's record.
#include <boost/test/unit_test.hpp>

#include "store/rows/codec.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/lmdb/engine/first_format_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

struct RecordFixture {
  const tacit::crypto::TenantKeys keys{all_keys().metadata->primary(), tenant_id(1)};

  static TenantRecord record(std::optional<std::uint64_t> changes) {
    TenantRecord record;
    record.metadata_key = all_keys().metadata->primary().id;
    record.own_limit = 77;
    record.used = 12;
    record.count = 2;
    record.changes = changes;
    PrefixCounts prefixes;
    prefixes.add(4);
    record.prefixes = SealedPrefixes(prefixes);
    record.limits.request_burst = 5;
    record.limits.secrets = 4'000'000'000;
    return record;
  }
  Bytes encode(const TenantRecord& record) const { return encode_tenant_record(record, tenant_id(1), keys); }
  std::optional<TenantRecord> decode(ByteView stored) const { return decode_tenant_record(stored, tenant_id(1), keys); }
};

/// A record of format 3 with everything that it can have.
TenantRecord third_record() {
  TenantRecord record = RecordFixture::record(3);
  record.format = 3;
  record.key = certified_key();
  record.previous_key = tacit::crypto::make_tenant_key(*all_keys().root_public, tenant_id(1));
  record.limits.strict_binding = true;
  record.previous_metadata_key = tacit::crypto::KeyId{9};
  return record;
}

void check_same(const TenantRecord& one, const TenantRecord& other) {
  BOOST_TEST((one.own_limit == other.own_limit));
  BOOST_TEST(one.used == other.used);
  BOOST_TEST(one.count == other.count);
  BOOST_TEST((one.changes == other.changes));
  BOOST_TEST((one.prefixes.opened() == other.prefixes.opened()));
  BOOST_TEST((one.limits.request_burst == other.limits.request_burst));
  BOOST_TEST((one.limits.secrets == other.limits.secrets));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tenant_record)

BOOST_AUTO_TEST_CASE(both_formats_are_read_as_they_were_written) {
  const RecordFixture fixture;
  for (const std::optional<std::uint64_t> changes : {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(3)}) {
    TenantRecord record = RecordFixture::record(changes);
    auto read = fixture.decode(fixture.encode(record));
    BOOST_REQUIRE(read);
    check_same(*read, record);
    record.limits.secrets.reset();
    read = fixture.decode(fixture.encode(record));
    BOOST_REQUIRE(read);
    check_same(*read, record);
  }
}

BOOST_AUTO_TEST_CASE(format_2_is_as_documented) {
  const RecordFixture fixture;
  const Bytes stored = fixture.encode(RecordFixture::record(3));
  Decoder decoder(stored);
  BOOST_TEST(decoder.u8() == 2U);
  decoder.raw(8);
  BOOST_TEST(decoder.u8() == (1U | 8U | 64U));
  BOOST_TEST(decoder.u64() == 77U);
  BOOST_TEST(decoder.u64() == 12U);
  BOOST_TEST(decoder.u64() == 2U);
  BOOST_TEST(decoder.u64() == 3U);
  BOOST_TEST(decoder.u16() == 1U);
  BOOST_TEST(decoder.u16() == 4U);
  BOOST_TEST(decoder.u64() == 1U);
  BOOST_TEST(decoder.u32() == 5U);
  BOOST_TEST(decoder.u32() == 4'000'000'000U);
  BOOST_TEST(decoder.rest().size() == 32U);
}

BOOST_AUTO_TEST_CASE(no_byte_of_it_can_be_changed_or_left_out) {
  const RecordFixture fixture;
  for (const std::optional<std::uint64_t> changes : {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(3)}) {
    const Bytes stored = fixture.encode(RecordFixture::record(changes));
    for (std::size_t i = 0; i < stored.size(); ++i) {
      Bytes altered = stored;
      altered[i] ^= 3;  // turns one format into the other, too
      BOOST_TEST(!fixture.decode(altered));
      BOOST_TEST(!fixture.decode(ByteView(stored).first(i)));
    }
    BOOST_TEST(!decode_tenant_record(stored, tenant_id(2), fixture.keys));
  }
}

BOOST_AUTO_TEST_CASE(format_3_is_read_as_it_was_written) {
  const RecordFixture fixture;
  TenantRecord record = third_record();
  for (const std::optional<bool> strict :
       {std::optional<bool>(), std::optional<bool>(true), std::optional<bool>(false)}) {
    record.limits.strict_binding = strict;
    auto read = fixture.decode(fixture.encode(record));
    BOOST_REQUIRE(read);
    BOOST_TEST(read->format == 3U);
    BOOST_TEST((read->key == record.key));
    BOOST_TEST((read->previous_key == record.previous_key));
    BOOST_TEST((read->limits == record.limits));
    BOOST_TEST((read->previous_metadata_key == record.previous_metadata_key));
    BOOST_TEST(!read->prefixes.opened().has_value());
    BOOST_REQUIRE(read->prefixes.open(fixture.keys) != nullptr);
    check_same(*read, record);
  }
  record.key.reset();
  record.previous_key.reset();
  const auto read = fixture.decode(fixture.encode(record));
  BOOST_REQUIRE(read);
  BOOST_TEST(!read->key.has_value());
  BOOST_TEST(!read->previous_key.has_value());
}

BOOST_AUTO_TEST_CASE(format_3_is_as_documented) {
  const RecordFixture fixture;
  const TenantRecord record = third_record();
  const Bytes stored = fixture.encode(record);
  Decoder decoder(stored);
  BOOST_TEST(decoder.u8() == 3U);
  decoder.raw(8);
  BOOST_TEST(decoder.u16() == (1U | 2U | 8U | 32U | 64U | 128U | 256U));
  for (const std::uint64_t number : {77U, 12U, 2U, 3U}) BOOST_TEST(decoder.u64() == number);
  BOOST_TEST(decoder.u8() == 2U);  // certified
  decoder.raw(16);
  BOOST_TEST(decoder.i64() == record.key->certificate->made);
  decoder.raw(65);
  decoder.raw(decoder.u16());
  decoder.raw(8 + 64);
  BOOST_TEST(decoder.u8() == 1U);
  decoder.raw(65);
  decoder.raw(decoder.u16());
  BOOST_TEST(decoder.u32() == 5U);
  BOOST_TEST(decoder.u32() == 4'000'000'000U);
  BOOST_TEST(decoder.raw(8).front() == 9U);
  const ByteView box = decoder.raw(decoder.u16());
  BOOST_TEST(box.size() == 2 + 80 + tacit::crypto::prefix_box_overhead);
  BOOST_TEST(decoder.rest().size() == 32U);
}

BOOST_AUTO_TEST_CASE(no_byte_of_format_3_can_be_changed_or_left_out) {
  const RecordFixture fixture;
  const Bytes stored = fixture.encode(third_record());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    Bytes altered = stored;
    altered[i] ^= 1;
    BOOST_TEST(!fixture.decode(altered));
    BOOST_TEST(!fixture.decode(ByteView(stored).first(i)));
  }
}

BOOST_AUTO_TEST_CASE(the_pair_of_a_value_is_the_one_that_its_box_names) {
  const TenantRecord record = third_record();
  const tacit::crypto::ValueAddress address{tenant_id(1), tenant_id(2), 1};
  const auto box_for = [&](const tacit::crypto::TenantKey& key) {
    return *tacit::crypto::seal_value(key, address, Bytes(3), tacit::crypto::ValueFormat::first, {});
  };
  BOOST_TEST(key_of_box(record, box_for(*record.key)) == &*record.key);
  BOOST_TEST(key_of_box(record, box_for(*record.previous_key)) == &*record.previous_key);
  BOOST_TEST(key_of_box(record, box_for(certified_key())) == nullptr);
  BOOST_TEST(key_of_box(record, {}) == nullptr);
}

// Writes of exact names do not open the box, and leave it as it is.
BOOST_AUTO_TEST_CASE(sealed_prefixes_are_sealed_again_only_when_they_change) {
  const RecordFixture fixture;
  const tacit::crypto::TenantKeys others(all_keys().metadata->primary(), tenant_id(2));
  const Bytes box = third_record().prefixes.box(fixture.keys);
  const tacit::crypto::KeyId id = fixture.keys.metadata_key_id();
  SealedPrefixes prefixes(box, id);
  BOOST_TEST(prefixes.box(fixture.keys) == box);
  BOOST_TEST(prefixes.open(others) == nullptr);
  const PrefixCounts* const counts = prefixes.open(fixture.keys);
  BOOST_REQUIRE(counts != nullptr);
  BOOST_TEST(counts->entries().size() == 1U);
  BOOST_TEST(prefixes.box(fixture.keys) == box);
  BOOST_REQUIRE(prefixes.change(fixture.keys) != nullptr);
  prefixes.change(fixture.keys)->add(7);
  const Bytes changed = prefixes.box(fixture.keys);
  BOOST_TEST(changed != box);
  BOOST_TEST(SealedPrefixes(changed, id).open(fixture.keys)->entries().size() == 2U);
  // An altered box gives a fault, not other numbers.
  Bytes altered = box;
  altered.back() ^= 1;
  SealedPrefixes damaged(altered, id);
  BOOST_TEST(damaged.open(fixture.keys) == nullptr);
  BOOST_TEST(damaged.change(fixture.keys) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_record_rises_to_the_format_that_the_store_takes) {
  StoreFixtureOptions options;
  options.new_format = 2;
  StoreFixture fixture(std::move(options));
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who())));
  BOOST_TEST(record_of(fixture).format == 2U);
  fixture.put(Table::meta, row_text(format_row_key()), row_text(format_value(3)));
  fixture.put(Table::meta, row_text(rows_row_key()), row_text(rows_value(3)));
  NewSecret pattern = new_secret("b");
  pattern.tool_name = "github__*";
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), std::move(pattern), who())));
  BOOST_TEST(record_of(fixture).format == 3U);
  BOOST_TEST((record_of(fixture).changes == 2U));
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(changes_rise_with_each_change_of_a_secret_alone) {
  StoreFixture fixture;
  const auto made = fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("a"), who()));
  BOOST_REQUIRE(made);
  BOOST_TEST((record_of(fixture).changes == 1U));
  SecretUpdate update;
  update.name = "b";
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().update(tenant_id(1), made->id, std::move(update), who())));
  BOOST_TEST((record_of(fixture).changes == 2U));
  TenantLimits limits;
  limits.secrets = 3;
  BOOST_REQUIRE(fixture.wait(fixture.store().tenants().set_limits(tenant_id(1), limits, who())));
  BOOST_REQUIRE(fixture.wait(fixture.store().tenants().set_quota(tenant_id(1), 1000, who())));
  BOOST_TEST((record_of(fixture).changes == 2U));
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().remove(tenant_id(1), made->id, who())));
  BOOST_TEST((record_of(fixture).changes == 3U));
  BOOST_TEST(record_of(fixture).count == 0U);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
