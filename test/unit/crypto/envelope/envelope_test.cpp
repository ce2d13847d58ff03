// Boxes open with their own keys alone and have the documented layouts; MACs depend on every input.
#include "crypto/envelope/envelope.hpp"

#include "crypto/envelope/padding.hpp"
#include "crypto/primitives/aad.hpp"
#include "crypto/primitives/aead.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

// All keys of an installation with one tenant.
struct Setting {
  Rings rings;
  Uuid tenant = make_uuid_v4();
  Uuid secret = make_uuid_v4();
  TenantKey tenant_key = make_tenant_key(rings.root_public, tenant);
  PrivateKey tenant_private = std::move(*open_tenant_key(rings.root_private, rings.store, tenant, tenant_key));
  TenantKeys keys{rings.metadata.primary(), tenant};
};

std::string hex(const Digest& digest) { return to_hex(digest); }

}  // namespace

BOOST_AUTO_TEST_SUITE(envelope)

BOOST_AUTO_TEST_CASE(a_value_round_trips) {
  const Setting s;
  for (const std::size_t size : {0u, 1u, 100u, 65536u}) {
    const Bytes value = random_of(size);
    const ValueAddress address{s.tenant, s.secret, 7};
    const auto box = seal_value(s.tenant_key, address, value, ValueFormat::first, {});
    BOOST_REQUIRE(box.has_value());
    BOOST_TEST(box->size() == size + value_box_overhead);
    BOOST_TEST(box->front() == 1u);
    BOOST_TEST((tenant_key_of(*box) == s.tenant_key.id()));
    const auto opened = open_value(s.tenant_private, s.tenant_key, address, *box, {});
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(to_hex(opened->view()) == to_hex(value));
  }
}

BOOST_AUTO_TEST_CASE(metadata_round_trips) {
  const Setting s;
  for (const std::size_t size : {0u, 1u, 100u, 5000u}) {
    const Bytes header = random_of(size % 60);
    const Bytes value_box = random_of(150);
    const Bytes plaintext = random_of(size);
    const Bytes box = s.keys.seal_metadata(s.secret, header, value_box, plaintext);
    BOOST_TEST(box.size() == size + metadata_box_overhead);
    BOOST_TEST(box.front() == 1u);
    BOOST_TEST((metadata_key_of(box) == s.rings.metadata.primary().id));
    const auto opened = s.keys.open_metadata(s.secret, header, value_box, box);
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(to_hex(opened->view()) == to_hex(plaintext));
    const auto shortcut = open_metadata(s.rings.metadata, s.tenant, s.secret, header, value_box, box);
    BOOST_REQUIRE(shortcut.has_value());
    BOOST_TEST(to_hex(shortcut->view()) == to_hex(plaintext));
  }
  BOOST_TEST(s.keys.seal_metadata(s.secret, {}, {}, {}) != s.keys.seal_metadata(s.secret, {}, {}, {}));
}

BOOST_AUTO_TEST_CASE(tenant_keys_are_their_own) {
  const Setting s;
  BOOST_TEST(to_hex(*public_key_of(s.tenant_private)) == to_hex(s.tenant_key.public_key));
  BOOST_TEST((s.tenant_key.root_key_id() == s.rings.root_public.primary().id));
  BOOST_TEST(to_hex(s.tenant_key.id()) == to_hex(ByteView(sha256(s.tenant_key.public_key)).first(8)));
  const TenantKey another = make_tenant_key(s.rings.root_public, s.tenant);
  BOOST_TEST(to_hex(another.public_key) != to_hex(s.tenant_key.public_key));
  BOOST_TEST((TenantKey{}.root_key_id() == KeyId{}));
}

BOOST_AUTO_TEST_CASE(an_invalid_point_gives_no_box) {
  Setting s;
  s.tenant_key.public_key[10] ^= 1;
  BOOST_TEST(!seal_value(s.tenant_key, {s.tenant, s.secret, 1}, random_of(3), ValueFormat::first, {}));
}

// The documented layouts, assembled by hand.
BOOST_AUTO_TEST_CASE(the_value_box_is_as_documented) {
  const Setting s;
  const Bytes value = random_of(20);
  const Bytes box = *seal_value(s.tenant_key, {s.tenant, s.secret, 0x01020304}, value, ValueFormat::first, {});
  std::string aad = "tacit value";
  const auto field = [&aad](ByteView bytes) {
    aad += std::string{'\0', '\0', '\0', static_cast<char>(bytes.size())} + std::string(as_text(bytes));
  };
  field(Bytes{1});
  field(s.tenant.view());
  field(s.secret.view());
  field(Bytes{1, 2, 3, 4});
  field(s.tenant_key.id());
  const auto opened = hpke_open(s.tenant_private, {}, as_bytes(aad), ByteView(box).subspan(9));
  BOOST_REQUIRE(opened.has_value());
  BOOST_TEST(to_hex(opened->view()) == to_hex(value));
}

BOOST_AUTO_TEST_CASE(the_tenant_key_box_is_as_documented) {
  const Setting s;
  const auto& root = s.rings.root_public.primary();
  const Bytes format = {1};
  const WipedBytes aad =
      canonical("tacit tenant key", {format, s.tenant.view(), ByteView(s.tenant_key.public_key), ByteView(root.id)});
  BOOST_TEST(to_hex(ByteView(s.tenant_key.box).first(8)) == to_hex(root.id));
  const auto opened =
      hpke_open(s.rings.root_private.find(root.id)->key, {}, aad.view(), ByteView(s.tenant_key.box).subspan(8));
  BOOST_REQUIRE(opened.has_value());
  BOOST_TEST(to_hex(opened->view()) == to_hex(s.tenant_private.view()));
}

BOOST_AUTO_TEST_CASE(the_metadata_box_is_as_documented) {
  const Setting s;
  const Bytes header = random_of(40);
  const Bytes value_box = random_of(90);
  const Bytes plaintext = random_of(33);
  const Bytes box = s.keys.seal_metadata(s.secret, header, value_box, plaintext);
  const auto& entry = s.rings.metadata.primary();
  const Bytes format = {1};
  const Digest digest = sha256(value_box);
  const WipedBytes aad = canonical(
      "tacit metadata", {format, s.tenant.view(), s.secret.view(), header, ByteView(entry.id), ByteView(digest)});
  const WipedBytes info = canonical("tacit metadata key", {s.tenant.view()});
  WipedArray<32> tenant_key;
  hkdf_expand(entry.key.view(), {info.view()}, tenant_key.span());
  WipedArray<32> key;
  hkdf_expand(tenant_key.view(), {as_bytes("tacit box"), ByteView(box).subspan(9, 32)}, key.span());
  Bytes opened(plaintext.size());
  BOOST_TEST(aes_gcm_open(key.view(), {}, aad.view(), ByteView(box).subspan(41), opened));
  BOOST_TEST(opened == plaintext);
}

BOOST_AUTO_TEST_CASE(canonical_bytes_tell_lists_apart) {
  const auto of = [](std::string_view purpose, std::initializer_list<ByteView> fields) {
    return to_hex(canonical(purpose, fields).view());
  };
  BOOST_TEST(of("p", {}) == "70");
  BOOST_TEST(of("p", {as_bytes("ab"), {}}) ==
             "70000000026162"
             "00000000");
  BOOST_TEST(of("p", {as_bytes("ab"), as_bytes("c")}) != of("p", {as_bytes("a"), as_bytes("bc")}));
  BOOST_TEST(of("p", {as_bytes("ab")}) != of("p", {as_bytes("ab"), {}}));
  const Bytes long_field(0x010203);
  BOOST_TEST(of("p", {long_field}).substr(0, 10) == "7000010203");
}

BOOST_AUTO_TEST_CASE(macs_depend_on_all_that_they_name) {
  const Setting s;
  const Setting other;
  const TenantKeys neighbour(s.rings.metadata.primary(), make_uuid_v4());
  const TenantKeys rotated(other.rings.metadata.primary(), s.tenant);
  const TenantKeys again(s.rings.metadata.primary(), s.tenant);
  const ByteView a = as_bytes("a");
  const ByteView bc = as_bytes("bc");
  const auto mac = s.keys.index_mac("names", {a, bc});
  BOOST_TEST(hex(again.index_mac("names", {a, bc})) == hex(mac));
  BOOST_TEST(hex(s.keys.index_mac("bindings", {a, bc})) != hex(mac));
  BOOST_TEST(hex(s.keys.index_mac("names", {as_bytes("ab"), as_bytes("c")})) != hex(mac));
  BOOST_TEST(hex(s.keys.index_mac("names", {as_bytes("abc")})) != hex(mac));
  BOOST_TEST(hex(neighbour.index_mac("names", {a, bc})) != hex(mac));
  BOOST_TEST(hex(rotated.index_mac("names", {a, bc})) != hex(mac));
  BOOST_TEST(hex(again.record_mac(bc)) == hex(s.keys.record_mac(bc)));
  BOOST_TEST(hex(neighbour.record_mac(bc)) != hex(s.keys.record_mac(bc)));
  BOOST_TEST(hex(rotated.record_mac(bc)) != hex(s.keys.record_mac(bc)));
  BOOST_TEST(hex(s.keys.record_mac(a)) != hex(s.keys.record_mac(bc)));
  BOOST_TEST(hex(s.keys.index_mac("", {})) != hex(s.keys.record_mac({})));
}

BOOST_AUTO_TEST_CASE(store_records_have_a_mac_of_their_own) {
  const Setting s;
  const Setting other;
  const auto& ring = s.rings.metadata;
  const KeyId id = ring.primary().id;
  const auto mac = store_record_mac(ring, id, "api key", as_bytes("record"));
  BOOST_REQUIRE(mac.has_value());
  BOOST_TEST(hex(*store_record_mac(ring, id, "api key", as_bytes("record"))) == hex(*mac));
  BOOST_TEST(hex(*store_record_mac(ring, id, "api key", as_bytes("recorD"))) != hex(*mac));
  BOOST_TEST(hex(*store_record_mac(ring, id, "api kez", as_bytes("record"))) != hex(*mac));
  BOOST_TEST(hex(*store_record_mac(ring, id, "api keyr", as_bytes("ecord"))) != hex(*mac));
  BOOST_TEST(!store_record_mac(other.rings.metadata, id, "api key", as_bytes("record")));
}

BOOST_AUTO_TEST_CASE(a_padded_value_round_trips) {
  const Setting s;
  const ValueAddress address{s.tenant, s.secret, 7};
  for (const std::size_t size : {0u, 1u, 4u, 5u, 100u, 101u, 65536u}) {
    const Bytes value = random_of(size);
    for (const std::string_view binding : {"", "a tool and its argument"}) {
      const auto box = seal_value(s.tenant_key, address, value, ValueFormat::padded, as_bytes(binding));
      BOOST_REQUIRE(box.has_value());
      BOOST_TEST(box->size() == padme(4 + size) + value_box_overhead);
      BOOST_TEST(box->front() == 2u);
      BOOST_TEST((tenant_key_of(*box) == s.tenant_key.id()));
      BOOST_TEST((value_format_of(*box) == ValueFormat::padded));
      const auto opened = open_value(s.tenant_private, s.tenant_key, address, *box, as_bytes(binding));
      BOOST_REQUIRE(opened.has_value());
      BOOST_TEST(to_hex(opened->view()) == to_hex(value));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_value_opens_for_its_binding_alone) {
  const Setting s;
  const ValueAddress address{s.tenant, s.secret, 1};
  const auto opens = [&](const Bytes& box, std::string_view binding) {
    return open_value(s.tenant_private, s.tenant_key, address, box, as_bytes(binding)).has_value();
  };
  const Bytes bound = *seal_value(s.tenant_key, address, random_of(20), ValueFormat::padded, as_bytes("tool"));
  BOOST_TEST(opens(bound, "tool"));
  for (const std::string_view other : {"", "Tool", "too", "tool "}) BOOST_TEST(!opens(bound, other), other);
  const Bytes unbound = *seal_value(s.tenant_key, address, random_of(20), ValueFormat::padded, {});
  BOOST_TEST(opens(unbound, ""));
  BOOST_TEST(!opens(unbound, "tool"));
  const Bytes first = *seal_value(s.tenant_key, address, random_of(20), ValueFormat::first, {});
  BOOST_TEST(opens(first, ""));
  BOOST_TEST(!opens(first, "tool"));
}

BOOST_AUTO_TEST_CASE(the_padded_value_box_is_as_documented) {
  const Setting s;
  const Bytes value(6, 0x61);
  const Bytes box = *seal_value(s.tenant_key, {s.tenant, s.secret, 0x01020304}, value, ValueFormat::padded, Bytes{9});
  const Bytes format = {2};
  const Bytes version = {1, 2, 3, 4};
  const Bytes binding = {9};
  const KeyId id = s.tenant_key.id();
  const WipedBytes aad =
      canonical("tacit value", {format, s.tenant.view(), s.secret.view(), version, ByteView(id), binding});
  const auto opened = hpke_open(s.tenant_private, {}, aad.view(), ByteView(box).subspan(9));
  BOOST_REQUIRE(opened.has_value());
  BOOST_TEST(to_hex(opened->view()) == "00000006616161616161");  // 10 is a padded size
}

// Any process can seal to the public key: the text in the box is checked like other input.
BOOST_AUTO_TEST_CASE(padding_of_another_form_does_not_open) {
  const Setting s;
  const ValueAddress address{s.tenant, s.secret, 1};
  const Bytes format = {2};
  const Bytes version = {0, 0, 0, 1};
  const KeyId id = s.tenant_key.id();
  const WipedBytes aad =
      canonical("tacit value", {format, s.tenant.view(), s.secret.view(), version, ByteView(id), {}});
  const auto opens = [&](std::string_view text) {
    Bytes box = format;
    box.insert(box.end(), id.begin(), id.end());
    const Bytes sealed = *hpke_seal(s.tenant_key.public_key, {}, aad.view(), from_hex(text));
    box.insert(box.end(), sealed.begin(), sealed.end());
    return open_value(s.tenant_private, s.tenant_key, address, box, {}).has_value();
  };
  BOOST_TEST(opens("00000000"));
  BOOST_TEST(opens("00000005616161616100"));       // 9 is padded to 10
  BOOST_TEST(!opens("00000005616161616101"));      // not zeros
  BOOST_TEST(!opens("000000056161616161"));        // not padded
  BOOST_TEST(!opens("000000056161616161000000"));  // padded too far
  BOOST_TEST(!opens("00000004616161616100"));      // 8 is not padded
  BOOST_TEST(!opens("00000007616161616100"));      // longer than the box
  BOOST_TEST(!opens("ffffffff616161616100"));
  BOOST_TEST(!opens("000000"));
  BOOST_TEST(!opens(""));
}

BOOST_AUTO_TEST_CASE(prefixes_round_trip) {
  const Setting s;
  const Setting other;
  for (const std::size_t size : {0u, 1u, 82u, 5000u}) {
    const Bytes plaintext = random_of(size);
    Bytes box = s.keys.seal_prefixes(plaintext);
    BOOST_TEST(box.size() == size + prefix_box_overhead);
    BOOST_TEST(box.front() == 1u);
    const auto opened = s.keys.open_prefixes(box);
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(to_hex(opened->view()) == to_hex(plaintext));
    BOOST_TEST(!TenantKeys(s.rings.metadata.primary(), make_uuid_v4()).open_prefixes(box).has_value());
    BOOST_TEST(!TenantKeys(other.rings.metadata.primary(), s.tenant).open_prefixes(box).has_value());
    box.pop_back();
    BOOST_TEST(!s.keys.open_prefixes(box).has_value());
  }
  BOOST_TEST(!s.keys.open_prefixes({}).has_value());
  BOOST_TEST(s.keys.seal_prefixes({}) != s.keys.seal_prefixes({}));
}

BOOST_AUTO_TEST_CASE(the_prefix_box_is_as_documented) {
  const Setting s;
  const Bytes plaintext = random_of(82);
  const Bytes box = s.keys.seal_prefixes(plaintext);
  const auto& entry = s.rings.metadata.primary();
  const Bytes format = {1};
  const WipedBytes aad = canonical("tacit prefixes", {format, s.tenant.view(), ByteView(entry.id)});
  WipedArray<32> tenant_key;
  hkdf_expand(entry.key.view(), {canonical("tacit metadata key", {s.tenant.view()}).view()}, tenant_key.span());
  WipedArray<32> key;
  hkdf_expand(tenant_key.view(), {as_bytes("tacit box"), ByteView(box).subspan(1, 32)}, key.span());
  Bytes opened(plaintext.size());
  BOOST_TEST(aes_gcm_open(key.view(), {}, aad.view(), ByteView(box).subspan(33), opened));
  BOOST_TEST(opened == plaintext);
}

BOOST_AUTO_TEST_SUITE_END()
