// The boxes of small rows: they open in their own place alone, and have the documented layout.
#include "crypto/envelope/envelope.hpp"
#include "crypto/primitives/aad.hpp"
#include "crypto/primitives/aead.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

struct Setting {
  Rings rings;
  Uuid tenant = make_uuid_v4();
  TenantKeys keys{rings.metadata.primary(), tenant};
  Bytes key = random_of(17);
  Bytes header = random_of(34);
  RowPlace place{.purpose = "tacit uses", .key = key, .header = header};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(row_box)

BOOST_AUTO_TEST_CASE(rows_round_trip) {
  const Setting s;
  for (const std::size_t size : {0u, 1u, 100u, 2048u}) {
    const Bytes plaintext = random_of(size);
    const Bytes box = s.keys.seal_row(s.place, plaintext);
    BOOST_TEST(box.size() == size + row_box_overhead);
    BOOST_TEST((metadata_key_of(box) == s.rings.metadata.primary().id));
    const auto opened = s.keys.open_row(s.place, box);
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(to_hex(opened->view()) == to_hex(plaintext));
    const auto shortcut = open_row(s.rings.metadata, s.tenant, s.place, box);
    BOOST_REQUIRE(shortcut.has_value());
    BOOST_TEST(to_hex(shortcut->view()) == to_hex(plaintext));
  }
  BOOST_TEST(s.keys.seal_row(s.place, {}) != s.keys.seal_row(s.place, {}));
}

BOOST_AUTO_TEST_CASE(a_row_opens_in_its_place_alone) {
  const Setting s;
  const Setting other;
  const Bytes box = s.keys.seal_row(s.place, random_of(40));
  const auto opens = [&](const RowPlace& place) { return s.keys.open_row(place, box).has_value(); };
  BOOST_TEST(opens(s.place));
  BOOST_TEST(!opens({.purpose = "tacit idempotency", .key = s.key, .header = s.header}));
  BOOST_TEST(!opens({.purpose = "tacit metadata", .key = s.key, .header = s.header}));
  BOOST_TEST(!opens({.purpose = "tacit uses", .key = other.key, .header = s.header}));
  BOOST_TEST(!opens({.purpose = "tacit uses", .key = s.key, .header = other.header}));
  BOOST_TEST(!opens({.purpose = "tacit uses", .key = s.key}));
  BOOST_TEST(!TenantKeys(s.rings.metadata.primary(), other.tenant).open_row(s.place, box).has_value());
  BOOST_TEST(!TenantKeys(other.rings.metadata.primary(), s.tenant).open_row(s.place, box).has_value());
  BOOST_TEST(!open_row(other.rings.metadata, s.tenant, s.place, box).has_value());
  BOOST_TEST(!open_row(s.rings.metadata, other.tenant, s.place, box).has_value());
}

BOOST_AUTO_TEST_CASE(an_altered_box_does_not_open) {
  const Setting s;
  const Bytes box = s.keys.seal_row(s.place, random_of(20));
  for (std::size_t i = 0; i < box.size(); ++i) {
    Bytes altered = box;
    altered[i] ^= 1U;
    BOOST_TEST(!s.keys.open_row(s.place, altered).has_value(), "byte " << i);
    BOOST_TEST(!s.keys.open_row(s.place, ByteView(box).first(i)).has_value(), "the first " << i);
  }
  Bytes longer = box;
  longer.push_back(0);
  BOOST_TEST(!s.keys.open_row(s.place, longer).has_value());
}

BOOST_AUTO_TEST_CASE(the_row_box_is_as_documented) {
  const Setting s;
  const Bytes plaintext = random_of(82);
  const Bytes box = s.keys.seal_row(s.place, plaintext);
  const auto& entry = s.rings.metadata.primary();
  const Bytes format = {1};
  const WipedBytes aad = canonical("tacit uses", {format, s.tenant.view(), s.key, s.header, ByteView(entry.id)});
  WipedArray<32> tenant_key;
  hkdf_expand(entry.key.view(), {canonical("tacit metadata key", {s.tenant.view()}).view()}, tenant_key.span());
  WipedArray<32> key;
  hkdf_expand(tenant_key.view(), {as_bytes("tacit box"), ByteView(box).subspan(9, 32)}, key.span());
  Bytes opened(plaintext.size());
  BOOST_TEST(aes_gcm_open(key.view(), {}, aad.view(), ByteView(box).subspan(41), opened));
  BOOST_TEST(opened == plaintext);
}

BOOST_AUTO_TEST_SUITE_END()
