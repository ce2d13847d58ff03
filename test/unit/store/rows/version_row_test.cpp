// The row of a previous value: its layout, what it is bound to, and finding a secret's rows.
#include "store/rows/version_row.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/envelope/padding.hpp"
#include "store/rows/codec.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

const crypto::Uuid id = tenant_id(9);

struct VersionFixture {
  const crypto::TenantKeys keys{all_keys().metadata->primary(), tenant_id(1)};
  const Bytes value_box = Bytes(crypto::value_box_overhead + 20, 1);

  static VersionHeader header() {
    VersionHeader header;
    header.number = 7;
    header.sealed_version = 3;
    header.value_since = 1000;
    header.strict = true;
    return header;
  }
  static VersionMetadata metadata() {
    VersionMetadata metadata;
    metadata.display = "ab****yz";
    metadata.tool_name = "tool__*";
    metadata.value_length = 16;
    return metadata;
  }
  Bytes row() const { return seal_version(keys, id, header(), value_box, metadata()); }
  Outcome<StoredVersion> open(ByteView row, std::uint32_t number = 7) const {
    return open_version({*all_keys().metadata, tenant_id(1), &keys}, id, number, row);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(version_row)

BOOST_AUTO_TEST_CASE(a_previous_value_is_read_as_it_was_written) {
  const VersionFixture fixture;
  const Bytes row = fixture.row();
  const auto version = fixture.open(row);
  BOOST_REQUIRE(version);
  VersionHeader expected = VersionFixture::header();
  expected.value_box_size = static_cast<std::uint32_t>(fixture.value_box.size());
  BOOST_TEST((version->header == expected));
  BOOST_TEST((version->metadata == VersionFixture::metadata()));
  BOOST_TEST(Bytes(version->value_box.begin(), version->value_box.end()) == fixture.value_box);
  const auto shortcut = open_version({*all_keys().metadata, tenant_id(1), nullptr}, id, 7, row);
  BOOST_REQUIRE(shortcut);
  BOOST_TEST((shortcut->metadata == VersionFixture::metadata()));
}

BOOST_AUTO_TEST_CASE(the_row_is_as_documented) {
  const VersionFixture fixture;
  const Bytes row = fixture.row();
  Decoder decoder(row);
  BOOST_TEST(decoder.u8() == 0x81U);
  BOOST_TEST(decoder.u32() == 7U);
  BOOST_TEST(decoder.u32() == 3U);
  BOOST_TEST(decoder.i64() == 1000);
  BOOST_TEST(decoder.u8() == 1U);
  BOOST_TEST(decoder.u32() == fixture.value_box.size());
  decoder.raw(fixture.value_box.size());
  const std::size_t plaintext = 1 + 1 + 4 + 3 * 4 + 8 + 7;
  BOOST_TEST(decoder.rest().size() == crypto::padme(plaintext) + crypto::metadata_box_overhead);
  BOOST_TEST(crypto::to_hex(version_row_key(tenant_id(1), id, 0x01020304).view().last(5)) ==
             crypto::to_hex(id.view().last(1)) + "01020304");
  BOOST_TEST(!parse_secret_row(row).has_value());
}

BOOST_AUTO_TEST_CASE(no_byte_can_be_changed_or_left_out) {
  const VersionFixture fixture;
  const Bytes row = fixture.row();
  for (std::size_t i = 0; i < row.size(); ++i) {
    Bytes altered = row;
    altered[i] ^= 1;
    BOOST_TEST(!fixture.open(altered).has_value(), "byte " << i);
    BOOST_TEST(!fixture.open(ByteView(row).first(i)).has_value(), "cut to " << i);
  }
}

BOOST_AUTO_TEST_CASE(a_row_belongs_to_its_secret_and_number) {
  const VersionFixture fixture;
  const Bytes row = fixture.row();
  BOOST_TEST(!fixture.open(row, 8).has_value());
  const MetadataOpener opener{*all_keys().metadata, tenant_id(1), &fixture.keys};
  BOOST_TEST(!open_version(opener, tenant_id(8), 7, row).has_value());
  BOOST_TEST(!open_version({*all_keys().metadata, tenant_id(2), nullptr}, id, 7, row).has_value());
}

BOOST_AUTO_TEST_CASE(the_present_value_of_a_secret_becomes_a_row) {
  const VersionFixture fixture;
  StoredSecret secret;
  secret.id = id;
  secret.header.value_version = 7;
  secret.header.sealed_version = 3;
  secret.header.value_since = 1000;
  secret.header.strict = true;
  secret.metadata.name = "name";
  secret.metadata.display = "ab****yz";
  secret.metadata.tool_name = "tool__*";
  secret.metadata.value_length = 16;
  secret.value_box = fixture.value_box;
  const Bytes row = seal_version(fixture.keys, secret);
  const auto version = fixture.open(row);
  BOOST_REQUIRE(version);
  BOOST_TEST((version->metadata == VersionFixture::metadata()));
  BOOST_TEST(version->header.sealed_version == 3U);
  BOOST_TEST(version->header.value_since == 1000);
}

BOOST_AUTO_TEST_SUITE_END()
