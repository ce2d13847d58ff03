// The formats of a secret's row, of its metadata, and of what its value is bound to.
#include "store/rows/secret_row.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/envelope/padding.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/value_binding.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

const crypto::Uuid id = tenant_id(9);

struct RowFixture {
  const crypto::TenantKeys keys{all_keys().metadata->primary(), tenant_id(1)};
  Bytes value_box = Bytes(crypto::value_box_overhead + 20, 1);

  static Metadata metadata() {
    Metadata metadata;
    metadata.name = "name";
    metadata.tool_name = "tool__*";
    metadata.tool_arg = "arg";
    return metadata;
  }
  static SecretHeader header() {
    SecretHeader header;
    header.value_version = 3;
    header.created_at = 1000;
    header.updated_at = 2000;
    header.accounted = 31;
    return header;
  }
  Bytes first_row() const { return seal_secret(keys, id, header(), value_box, metadata()); }
  Bytes second_row(bool strict = false) const {
    SecretHeader changed = header();
    Metadata its = metadata();
    use_second_format(changed, its, value_box);
    changed.strict = strict;
    return seal_secret(keys, id, changed, value_box, its);
  }
  Bytes third_row(std::optional<std::int64_t> expires_at = std::nullopt) const {
    SecretHeader changed = header();
    changed.sealed_version = 2;
    changed.value_since = 1500;
    changed.previous = 4;
    changed.strict = true;
    Metadata its = metadata();
    use_newer_format(changed, its, value_box, third_secret_format);
    its.expires_at = expires_at;
    return seal_secret(keys, id, changed, value_box, its);
  }
  Outcome<StoredSecret> open(ByteView row) const {
    return open_secret({*all_keys().metadata, tenant_id(1), &keys}, id, row);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(secret_row)

BOOST_AUTO_TEST_CASE(both_formats_are_read_as_they_were_written) {
  const RowFixture fixture;
  for (const Bytes& row : {fixture.first_row(), fixture.second_row()}) {
    const auto secret = fixture.open(row);
    BOOST_REQUIRE(secret);
    BOOST_TEST(secret->header.value_version == 3U);
    BOOST_TEST(secret->header.created_at == 1000);
    BOOST_TEST(secret->header.updated_at == 2000);
    BOOST_TEST(!secret->header.strict);
    BOOST_TEST(secret->metadata.name == "name");
    BOOST_TEST((secret->metadata.tool_arg == "arg"));
    BOOST_TEST(secret->value_size() == 20U);
    BOOST_TEST(accounted_of(*secret) == 4U + 20U + 7U + 3U - (row.front() == 1 ? 3U : 0U));
  }
}

BOOST_AUTO_TEST_CASE(format_2_is_as_documented) {
  const RowFixture fixture;
  for (const bool strict : {false, true}) {
    const Bytes row = fixture.second_row(strict);
    Decoder decoder(row);
    BOOST_TEST(decoder.u8() == 2U);
    BOOST_TEST(decoder.u32() == 3U);
    BOOST_TEST(decoder.i64() == 1000);
    BOOST_TEST(decoder.i64() == 2000);
    BOOST_TEST(decoder.u8() == (strict ? 1U : 0U));
    BOOST_TEST(decoder.u32() == fixture.value_box.size());
    decoder.raw(fixture.value_box.size());
    // 1 format, 1 flags, 4 length, four lengths of texts, the texts.
    const std::size_t plaintext = 1 + 1 + 4 + 4 * 4 + 4 + 7 + 3;
    BOOST_TEST(decoder.rest().size() == crypto::padme(plaintext) + crypto::metadata_box_overhead);
    BOOST_TEST(fixture.open(row)->header.strict == strict);
  }
}

BOOST_AUTO_TEST_CASE(no_byte_of_format_2_can_be_changed_or_left_out) {
  const RowFixture fixture;
  const Bytes row = fixture.second_row(true);
  for (std::size_t i = 0; i < row.size(); ++i) {
    Bytes altered = row;
    altered[i] ^= 1;
    BOOST_TEST(!fixture.open(altered).has_value(), "byte " << i);
    BOOST_TEST(!fixture.open(ByteView(row).first(i)).has_value(), "cut to " << i);
  }
}

BOOST_AUTO_TEST_CASE(format_3_is_as_documented) {
  const RowFixture fixture;
  for (const std::optional<std::int64_t> expires_at : {std::optional<std::int64_t>(), std::optional<std::int64_t>(7)}) {
    const Bytes row = fixture.third_row(expires_at);
    Decoder decoder(row);
    BOOST_TEST(decoder.u8() == 3U);
    BOOST_TEST(decoder.u32() == 3U);
    BOOST_TEST(decoder.u32() == 2U);
    BOOST_TEST(decoder.i64() == 1000);
    BOOST_TEST(decoder.i64() == 2000);
    BOOST_TEST(decoder.i64() == 1500);
    BOOST_TEST(decoder.u8() == 1U);
    BOOST_TEST(decoder.u8() == 4U);
    BOOST_TEST(decoder.u32() == fixture.value_box.size());
    decoder.raw(fixture.value_box.size());
    // 1 format, 1 flags, 4 length, 8 expiry, four lengths of texts, the texts.
    const std::size_t plaintext = 1 + 1 + 4 + 8 + 4 * 4 + 4 + 7 + 3;
    BOOST_TEST(decoder.rest().size() == crypto::padme(plaintext) + crypto::metadata_box_overhead);
    const auto secret = fixture.open(row);
    BOOST_REQUIRE(secret);
    BOOST_TEST(secret->header.sealed_version == 2U);
    BOOST_TEST(secret->header.value_since == 1500);
    BOOST_TEST(unsigned{secret->header.previous} == 4U);
    BOOST_TEST((secret->metadata.expires_at == expires_at));
    BOOST_TEST(secret->value_size() == 20U);
    const SecretInfo info = secret_info(tenant_id(1), id, secret->header, secret->metadata);
    BOOST_TEST(info.version == 3U);
    BOOST_TEST(info.versions == 5U);
    BOOST_TEST((info.expires_at == expires_at));
  }
}

BOOST_AUTO_TEST_CASE(older_rows_say_the_same_of_their_value_in_format_3) {
  const RowFixture fixture;
  for (const Bytes& row : {fixture.first_row(), fixture.second_row()}) {
    const auto secret = fixture.open(row);
    BOOST_REQUIRE(secret);
    BOOST_TEST(secret->header.sealed_version == 3U);
    BOOST_TEST(secret->header.value_since == 2000);
    BOOST_TEST(unsigned{secret->header.previous} == 0U);
    SecretHeader header = secret->header;
    Metadata metadata = secret->metadata;
    use_newer_format(header, metadata, secret->value_box, third_secret_format);
    const Bytes raised = seal_secret(fixture.keys, id, header, secret->value_box, metadata);
    const auto again = fixture.open(raised);
    BOOST_REQUIRE(again);
    BOOST_TEST(unsigned{again->header.format} == 3U);
    BOOST_TEST(again->header.sealed_version == 3U);
    BOOST_TEST(again->header.value_since == 2000);
    BOOST_TEST(again->value_size() == 20U);
  }
}

BOOST_AUTO_TEST_CASE(no_row_falls_to_an_older_format) {
  const RowFixture fixture;
  SecretHeader header = RowFixture::header();
  header.format = third_secret_format;
  Metadata metadata = RowFixture::metadata();
  metadata.value_length = 5;
  use_second_format(header, metadata, fixture.value_box);
  BOOST_TEST(unsigned{header.format} == 3U);
  BOOST_TEST((metadata.value_length == 5U));
}

BOOST_AUTO_TEST_CASE(no_byte_of_format_3_can_be_changed_or_left_out) {
  const RowFixture fixture;
  const Bytes row = fixture.third_row(99);
  for (std::size_t i = 0; i < row.size(); ++i) {
    Bytes altered = row;
    altered[i] ^= 1;
    BOOST_TEST(!fixture.open(altered).has_value(), "byte " << i);
    BOOST_TEST(!fixture.open(ByteView(row).first(i)).has_value(), "cut to " << i);
  }
}

BOOST_AUTO_TEST_CASE(a_row_and_its_metadata_have_the_same_format) {
  Metadata metadata = RowFixture::metadata();
  metadata.value_length = 20;
  for (std::uint8_t written = 1; written <= 3; ++written) {
    const auto plaintext = encode_metadata(metadata, written);
    for (std::uint8_t asked = 0; asked <= 4; ++asked) {
      BOOST_TEST(decode_metadata(plaintext.view(), asked).has_value() == (asked == written));
    }
  }
}

BOOST_AUTO_TEST_CASE(metadata_of_format_2_is_padded_with_zeros_to_its_own_size_alone) {
  Metadata metadata = RowFixture::metadata();
  metadata.value_length = 0x01020304;
  const auto plaintext = encode_metadata(metadata, second_secret_format);
  BOOST_TEST(plaintext.size() == crypto::padme(plaintext.size()));
  BOOST_TEST(crypto::to_hex(plaintext.view().subspan(2, 4)) == "01020304");
  const auto read = decode_metadata(plaintext.view(), second_secret_format);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((*read == metadata));
  Bytes other(plaintext.view().begin(), plaintext.view().end());
  other.push_back(0);
  BOOST_TEST(!decode_metadata(other, second_secret_format).has_value());
  other.resize(plaintext.size() - 1);
  BOOST_TEST(!decode_metadata(other, second_secret_format).has_value());
  // 39 bytes of fields are padded to 40.
  metadata.tool_arg = "arg123";
  const auto longer = encode_metadata(metadata, second_secret_format);
  BOOST_REQUIRE_EQUAL(longer.size(), 40U);
  Bytes dirty(longer.view().begin(), longer.view().end());
  BOOST_TEST(decode_metadata(dirty, second_secret_format).has_value());
  dirty.back() = 1;
  BOOST_TEST(!decode_metadata(dirty, second_secret_format).has_value());
}

BOOST_AUTO_TEST_CASE(a_binding_tells_names_and_arguments_apart) {
  using Text = std::optional<std::string>;
  const std::vector<Bytes> bindings{binding_of(Text(), Text()),        binding_of(Text(""), Text()),
                                    binding_of(Text(), Text("")),      binding_of(Text("ab"), Text("c")),
                                    binding_of(Text("a"), Text("bc")), binding_of(Text("abc"), Text())};
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    BOOST_TEST(!bindings[i].empty());
    for (std::size_t j = 0; j < i; ++j) BOOST_TEST(bindings[i] != bindings[j]);
  }
  BOOST_TEST(crypto::to_hex(binding_of(Text("ab"), Text("c"))) ==
             "03000000026162"
             "0000000163");
  const RowFixture fixture;
  const Bytes strict = fixture.second_row(true);
  BOOST_TEST(binding_of(*fixture.open(strict)) == binding_of(Text("tool__*"), Text("arg")));
  const Bytes loose = fixture.second_row();
  BOOST_TEST(binding_of(*fixture.open(loose)).empty());
}

BOOST_AUTO_TEST_SUITE_END()
