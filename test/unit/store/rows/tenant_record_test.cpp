// The two formats of a tenant's record.
#include <boost/test/unit_test.hpp>

#include "store/rows/codec.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/lmdb/engine/first_format_fixture.hpp"

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
