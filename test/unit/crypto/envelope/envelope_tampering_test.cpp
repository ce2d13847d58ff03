// An attacker with write access to the database: every byte of every box and of its bound data is altered, and boxes
// are exchanged. Nothing opens then, and no wrong value is returned.
#include <openssl/err.h>

#include "crypto/envelope/envelope.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

// One secret's row with everything that it was sealed with.
struct Row {
  Uuid tenant;
  ValueAddress address;
  TenantKey tenant_key;
  Bytes header;
  Bytes value_box;
  Bytes metadata_box;
};

Row make_row(const Rings& rings, const Uuid& tenant, const TenantKey& tenant_key) {
  Row row{.tenant = tenant,
          .address = {tenant, make_uuid_v4(), 1},
          .tenant_key = tenant_key,
          .header = random_of(24),
          .value_box = {},
          .metadata_box = {}};
  row.value_box = *seal_value(tenant_key, row.address, random_of(12), ValueFormat::first, {});
  const TenantKeys keys(rings.metadata.primary(), tenant);
  row.metadata_box = keys.seal_metadata(row.address.secret, row.header, row.value_box, random_of(30));
  return row;
}

Row make_row(const Rings& rings) {
  const Uuid tenant = make_uuid_v4();
  return make_row(rings, tenant, make_tenant_key(rings.root_public, tenant));
}

// Both ways to open metadata; they must agree.
bool metadata_opens(const Rings& rings, const Row& row) {
  const TenantKeys keys(rings.metadata.primary(), row.tenant);
  const bool one = keys.open_metadata(row.address.secret, row.header, row.value_box, row.metadata_box).has_value();
  const bool other =
      open_metadata(rings.metadata, row.tenant, row.address.secret, row.header, row.value_box, row.metadata_box)
          .has_value();
  BOOST_TEST(one == other);
  return one;
}

bool value_opens(const Rings& rings, const Row& row) {
  const auto key = open_tenant_key(rings.root_private, rings.store, row.tenant, row.tenant_key);
  return key && open_value(*key, row.tenant_key, row.address, row.value_box, {});
}

bool tenant_key_opens(const Rings& rings, const Row& row) {
  return open_tenant_key(rings.root_private, rings.store, row.tenant, row.tenant_key).has_value();
}

// Truncates to every length, and lengthens.
template <class Opens>
void resize_every_way(Bytes& bytes, Opens opens, std::string_view what) {
  const Bytes original = bytes;
  for (std::size_t size = 0; size < original.size(); ++size) {
    bytes.assign(original.begin(), original.begin() + static_cast<std::ptrdiff_t>(size));
    BOOST_TEST(!opens(), what << " cut to " << size);
  }
  for (std::size_t cut = 1; cut < original.size(); cut += 7) {
    bytes.assign(original.begin() + static_cast<std::ptrdiff_t>(cut), original.end());
    BOOST_TEST(!opens(), what << " without its first " << cut);
  }
  bytes = original;
  bytes.push_back(0);
  BOOST_TEST(!opens(), what << " with a byte more");
  bytes = original;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(envelope_tampering)

BOOST_AUTO_TEST_CASE(metadata_box) {
  const Rings rings;
  Row row = make_row(rings);
  const auto opens = [&] { return metadata_opens(rings, row); };
  flip_every_byte(row.metadata_box, opens, "metadata box");
  flip_every_byte(row.header, opens, "header");
  flip_every_byte(row.value_box, opens, "value box");
  flip_every_byte(row.tenant.bytes, opens, "tenant");
  flip_every_byte(row.address.secret.bytes, opens, "secret");
  resize_every_way(row.metadata_box, opens, "metadata box");
  resize_every_way(row.header, opens, "header");
  resize_every_way(row.value_box, opens, "value box");
}

BOOST_AUTO_TEST_CASE(value_box) {
  const Rings rings;
  Row row = make_row(rings);
  // The tenant's key is opened once, because it is not altered here.
  const auto key = open_tenant_key(rings.root_private, rings.store, row.tenant, row.tenant_key);
  BOOST_REQUIRE(key.has_value());
  const auto opens = [&] { return open_value(*key, row.tenant_key, row.address, row.value_box, {}).has_value(); };
  flip_every_byte(row.value_box, opens, "value box");
  flip_every_byte(row.address.tenant.bytes, opens, "tenant");
  flip_every_byte(row.address.secret.bytes, opens, "secret");
  flip_every_byte(row.tenant_key.public_key, opens, "public key");
  resize_every_way(row.value_box, opens, "value box");
  for (const std::uint32_t version : {0u, 2u, 256u, 0x0100'0000u, 0x8000'0001u, 0xffff'ffffu}) {
    row.address.version = version;
    BOOST_TEST(!opens(), "version " << version);
  }
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_CASE(padded_value_box) {
  const Rings rings;
  const Uuid tenant = make_uuid_v4();
  const TenantKey tenant_key = make_tenant_key(rings.root_public, tenant);
  const auto key = open_tenant_key(rings.root_private, rings.store, tenant, tenant_key);
  BOOST_REQUIRE(key.has_value());
  ValueAddress address{tenant, make_uuid_v4(), 1};
  Bytes binding = random_of(20);
  Bytes box = *seal_value(tenant_key, address, random_of(12), ValueFormat::padded, binding);
  const auto opens = [&] { return open_value(*key, tenant_key, address, box, binding).has_value(); };
  flip_every_byte(box, opens, "value box");
  flip_every_byte(binding, opens, "binding");
  flip_every_byte(address.tenant.bytes, opens, "tenant");
  flip_every_byte(address.secret.bytes, opens, "secret");
  resize_every_way(box, opens, "value box");
  resize_every_way(binding, opens, "binding");
  for (const std::uint32_t version : {0u, 2u, 256u, 0x8000'0001u}) {
    address.version = version;
    BOOST_TEST(!opens(), "version " << version);
  }
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_CASE(prefix_box) {
  const Rings rings;
  Uuid tenant = make_uuid_v4();
  Bytes box = TenantKeys(rings.metadata.primary(), tenant).seal_prefixes(random_of(82));
  const auto opens = [&] { return TenantKeys(rings.metadata.primary(), tenant).open_prefixes(box).has_value(); };
  flip_every_byte(box, opens, "prefix box");
  flip_every_byte(tenant.bytes, opens, "tenant");
  resize_every_way(box, opens, "prefix box");
}

BOOST_AUTO_TEST_CASE(tenant_key_box) {
  const Rings rings;
  Row row = make_row(rings);
  const auto opens = [&] { return tenant_key_opens(rings, row); };
  flip_every_byte(row.tenant_key.box, opens, "tenant key box");
  flip_every_byte(row.tenant_key.public_key, opens, "public key");
  flip_every_byte(row.tenant.bytes, opens, "tenant");
  resize_every_way(row.tenant_key.box, opens, "tenant key box");
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_CASE(two_secrets_of_a_tenant_are_swapped) {
  const Rings rings;
  const Row a = make_row(rings);
  const Row b = make_row(rings, a.tenant, a.tenant_key);
  const auto with = [&](auto change) {
    Row row = a;
    change(row);
    return row;
  };
  BOOST_TEST(metadata_opens(rings, b));
  BOOST_TEST(!metadata_opens(rings, with([&](Row& row) { row.metadata_box = b.metadata_box; })));
  BOOST_TEST(!metadata_opens(rings, with([&](Row& row) { row.header = b.header; })));
  // A value box with another secret's metadata, and both boxes together under the other's id.
  BOOST_TEST(!metadata_opens(rings, with([&](Row& row) { row.value_box = b.value_box; })));
  const Row whole = with([&](Row& row) {
    row.header = b.header;
    row.value_box = b.value_box;
    row.metadata_box = b.metadata_box;
  });
  BOOST_TEST(!metadata_opens(rings, whole));
  BOOST_TEST(!value_opens(rings, whole));
  const Row crossed = with([&](Row& row) { std::swap(row.value_box, row.metadata_box); });
  BOOST_TEST(!metadata_opens(rings, crossed));
  BOOST_TEST(!value_opens(rings, crossed));
}

BOOST_AUTO_TEST_CASE(an_older_value_is_put_back) {
  const Rings rings;
  Row row = make_row(rings);
  const Bytes old_box = row.value_box;
  row.address.version = 2;
  row.value_box = *seal_value(row.tenant_key, row.address, random_of(12), ValueFormat::first, {});
  const TenantKeys keys(rings.metadata.primary(), row.tenant);
  row.metadata_box = keys.seal_metadata(row.address.secret, row.header, row.value_box, random_of(30));
  BOOST_TEST(value_opens(rings, row));
  row.value_box = old_box;
  BOOST_TEST(!value_opens(rings, row));
  BOOST_TEST(!metadata_opens(rings, row));
}

BOOST_AUTO_TEST_CASE(two_tenants_are_swapped) {
  const Rings rings;
  const Row a = make_row(rings);
  const Row b = make_row(rings);
  Row moved = b;  // the whole row of b, presented as tenant a's
  moved.tenant = moved.address.tenant = a.tenant;
  BOOST_TEST(!metadata_opens(rings, moved));
  BOOST_TEST(!value_opens(rings, moved));
  BOOST_TEST(!tenant_key_opens(rings, moved));
  moved.tenant_key = a.tenant_key;
  BOOST_TEST(!value_opens(rings, moved));
  Row mixed = a;  // another tenant's private half with a public half of this tenant
  mixed.tenant_key.box = b.tenant_key.box;
  BOOST_TEST(!tenant_key_opens(rings, mixed));
}

BOOST_AUTO_TEST_CASE(other_installations_keys_open_nothing) {
  const Rings rings;
  const Rings others;
  const Row row = make_row(rings);
  BOOST_TEST(!metadata_opens(others, row));
  BOOST_TEST(!tenant_key_opens(others, row));
  // The boxes do not open either if they name the other installation's keys.
  Row renamed = row;
  const KeyId metadata_id = others.metadata.primary().id;
  std::copy(metadata_id.begin(), metadata_id.end(), renamed.metadata_box.begin() + 1);
  const KeyId root_id = others.root_public.primary().id;
  std::copy(root_id.begin(), root_id.end(), renamed.tenant_key.box.begin());
  BOOST_TEST(!metadata_opens(others, renamed));
  BOOST_TEST(!tenant_key_opens(others, renamed));
}

// A tenant with a second key: a box names its key, and is bound to that name.
BOOST_AUTO_TEST_CASE(tenant_keys_are_not_interchangeable) {
  const Rings rings;
  const Row row = make_row(rings);
  const TenantKey newer = make_tenant_key(rings.root_public, row.tenant);
  const auto newer_private = open_tenant_key(rings.root_private, rings.store, row.tenant, newer);
  BOOST_REQUIRE(newer_private.has_value());
  BOOST_TEST(!open_value(*newer_private, newer, row.address, row.value_box, {}));
  Bytes renamed = row.value_box;
  const KeyId id = newer.id();
  std::copy(id.begin(), id.end(), renamed.begin() + 1);
  BOOST_TEST(!open_value(*newer_private, newer, row.address, renamed, {}));
}

BOOST_AUTO_TEST_CASE(boxes_without_a_key_id) {
  for (std::size_t size = 0; size < 200; ++size) {
    Bytes box(size, 1);
    BOOST_TEST(metadata_key_of(box).has_value() == (size >= metadata_box_overhead));
    BOOST_TEST(tenant_key_of(box).has_value() == (size >= value_box_overhead));
    if (box.empty()) continue;
    for (const unsigned format : {0u, 2u, 3u, 255u}) {
      box[0] = static_cast<std::uint8_t>(format);
      BOOST_TEST(!metadata_key_of(box));
      const bool padded = format == 2u && size >= value_box_overhead + 4;
      BOOST_TEST(tenant_key_of(box).has_value() == padded);
      BOOST_TEST(value_format_of(box).has_value() == padded);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
