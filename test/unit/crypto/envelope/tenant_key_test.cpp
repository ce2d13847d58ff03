// Certified key pairs of tenants: what the certificate covers, what the box is bound to, sealing to another root key.
#include <openssl/err.h>

#include "crypto/envelope/envelope.hpp"
#include "crypto/primitives/aad.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

constexpr std::int64_t made = 0x0102030405060708;

/// A deployment that signs, with a certified pair.
struct Setting {
  SignedRings rings;
  RootPublicKeyring root_public = rings.root_public();
  RootPrivateKeyring root_private = rings.root_private();
  SigningKeyring signing = rings.signing(SigningRole::root);
  Uuid store = root_public.signers().store();
  TenantKey key = make_certified_key(root_public, signer(), store, made);

  const SigningKeyring::Entry& signer() const { return signing.entries().front(); }
  const VerifyingKey& verifier() const { return root_public.signers().primary(SigningRole::root)->key; }
  bool certified() const { return is_certified(key, store, verifier()); }
  /// The tenant does not matter for a certified pair.
  bool opens() const { return open_tenant_key(root_private, store, make_uuid_v4(), key).has_value(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tenant_key)

BOOST_AUTO_TEST_CASE(a_certified_pair_is_sealed_to_and_opened_like_others) {
  const Setting s;
  BOOST_REQUIRE(s.key.certificate.has_value());
  BOOST_TEST(s.key.certificate->made == made);
  BOOST_TEST((s.key.certificate->signer == s.signer().id));
  BOOST_TEST((s.key.root_key_id() == s.root_public.primary().id));
  BOOST_TEST(s.certified());
  const auto opened = open_tenant_key(s.root_private, s.store, make_uuid_v4(), s.key);
  BOOST_REQUIRE(opened.has_value());
  BOOST_TEST((public_key_of(*opened) == s.key.public_key));
  const TenantKey other = make_certified_key(s.root_public, s.signer(), s.store, made);
  BOOST_TEST((other.certificate->number != s.key.certificate->number));
  BOOST_TEST((other.public_key != s.key.public_key));
}

BOOST_AUTO_TEST_CASE(the_box_and_the_signed_bytes_are_as_documented) {
  const Setting s;
  const KeyCertificate& certificate = *s.key.certificate;
  const auto& root = s.root_public.primary();
  BOOST_TEST(s.key.box.front() == 2u);
  BOOST_TEST(to_hex(ByteView(s.key.box).subspan(1, 8)) == to_hex(root.id));
  const Bytes format = {2};
  const WipedBytes aad = canonical("tacit tenant key", {format, s.store.view(), ByteView(certificate.number),
                                                        ByteView(s.key.public_key), ByteView(root.id)});
  BOOST_TEST(hpke_open(s.root_private.find(root.id)->key, {}, aad.view(), ByteView(s.key.box).subspan(9)).has_value());
  const Digest box = sha256(s.key.box);
  const Bytes time = {1, 2, 3, 4, 5, 6, 7, 8};
  const WipedBytes signed_bytes =
      canonical("tacit signed tenant key 1", {s.store.view(), ByteView(certificate.number), time, ByteView(root.id),
                                              ByteView(s.key.public_key), ByteView(box)});
  BOOST_TEST(to_hex(certificate.signature) == to_hex(ed25519_sign(s.signer().key.seed(), signed_bytes.view())));
}

BOOST_AUTO_TEST_CASE(the_certificate_covers_the_whole_pair) {
  Setting s;
  const auto certified = [&] { return s.certified(); };
  flip_every_byte(s.key.public_key, certified, "public key");
  flip_every_byte(s.key.box, certified, "box");
  flip_every_byte(s.key.certificate->number, certified, "number");
  flip_every_byte(s.key.certificate->signature, certified, "signature");
  flip_every_byte(s.store.bytes, certified, "store");
  for (const std::int64_t other : {made - 1, made + 1, std::int64_t{0}, -made}) {
    s.key.certificate->made = other;
    BOOST_TEST(!certified());
  }
  s.key.certificate->made = made;
  const Bytes box = s.key.box;
  for (std::size_t size = 0; size < box.size(); ++size) {
    s.key.box.assign(box.begin(), box.begin() + static_cast<std::ptrdiff_t>(size));
    BOOST_TEST(!certified(), "box cut to " << size);
    BOOST_TEST(!s.opens(), "box cut to " << size);
  }
  s.key.box = box;
  BOOST_TEST(certified());
  s.key.certificate.reset();
  BOOST_TEST(!certified());
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_CASE(keys_of_other_roles_and_stores_certify_nothing) {
  const Setting s;
  const Setting other;
  BOOST_TEST(!is_certified(s.key, s.store, other.verifier()));
  BOOST_TEST(!is_certified(s.key, other.store, s.verifier()));
  for (const SigningRole role : {SigningRole::api, SigningRole::tools, SigningRole::operators}) {
    const SigningKeyring ring = s.rings.signing(role);
    const TenantKey planted = make_certified_key(s.root_public, ring.entries().front(), s.store, made);
    BOOST_TEST(!is_certified(planted, s.store, s.verifier()));
  }
}

BOOST_AUTO_TEST_CASE(the_box_is_bound_to_its_store_and_number) {
  Setting s;
  const auto opens = [&] { return s.opens(); };
  flip_every_byte(s.key.box, opens, "box");
  flip_every_byte(s.key.public_key, opens, "public key");
  flip_every_byte(s.key.certificate->number, opens, "number");
  flip_every_byte(s.store.bytes, opens, "store");
  // Without its certificate the box is one of the first format, and does not open.
  s.key.certificate.reset();
  BOOST_TEST(!s.opens());
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_CASE(a_pair_without_a_certificate_is_that_of_a_tenant) {
  const Setting s;
  const Uuid tenant = make_uuid_v4();
  const TenantKey key = make_tenant_key(s.root_public, tenant);
  BOOST_TEST(!key.certificate.has_value());
  BOOST_TEST(!is_certified(key, s.store, s.verifier()));
  BOOST_TEST(open_tenant_key(s.root_private, s.store, tenant, key).has_value());
  BOOST_TEST(open_tenant_key(s.root_private, Uuid{}, tenant, key).has_value());
  BOOST_TEST(!open_tenant_key(s.root_private, s.store, make_uuid_v4(), key).has_value());
  TenantKey dressed = key;  // with a certificate of another pair
  dressed.certificate = s.key.certificate;
  BOOST_TEST(!is_certified(dressed, s.store, s.verifier()));
  BOOST_TEST(!open_tenant_key(s.root_private, s.store, tenant, dressed).has_value());
}

BOOST_AUTO_TEST_CASE(a_certified_pair_is_sealed_to_another_root_key_and_signed_again) {
  const Setting s;
  const SignedRings newer;
  const RootPublicKeyring newer_public = newer.root_public();
  const SigningKeyring newer_signing = newer.signing(SigningRole::root);
  const auto& to = newer_public.primary();
  const auto& signer = newer_signing.entries().front();
  const auto sealed = rewrap_tenant_key(s.root_private, to, &signer, s.store, make_uuid_v4(), s.key);
  BOOST_REQUIRE(sealed.has_value());
  BOOST_TEST((sealed->public_key == s.key.public_key));
  BOOST_TEST((sealed->root_key_id() == to.id));
  BOOST_TEST((sealed->certificate->number == s.key.certificate->number));
  BOOST_TEST(sealed->certificate->made == made);
  BOOST_TEST((sealed->certificate->signer == signer.id));
  const auto& verifier = newer_public.signers().primary(SigningRole::root)->key;
  BOOST_TEST(is_certified(*sealed, s.store, verifier));
  BOOST_TEST(!is_certified(*sealed, s.store, s.verifier()));
  BOOST_TEST(open_tenant_key(newer.root_private(), s.store, make_uuid_v4(), *sealed).has_value());
  BOOST_TEST(!open_tenant_key(s.root_private, s.store, make_uuid_v4(), *sealed).has_value());
  BOOST_TEST(!rewrap_tenant_key(s.root_private, to, nullptr, s.store, make_uuid_v4(), s.key).has_value());
  BOOST_TEST(!rewrap_tenant_key(newer.root_private(), to, &signer, s.store, make_uuid_v4(), s.key).has_value());
}

BOOST_AUTO_TEST_CASE(a_pair_without_a_certificate_keeps_its_form_when_it_is_sealed_again) {
  const Setting s;
  const Uuid tenant = make_uuid_v4();
  const TenantKey key = make_tenant_key(s.root_public, tenant);
  for (const SigningKeyring::Entry* signer : {static_cast<const SigningKeyring::Entry*>(nullptr), &s.signer()}) {
    const auto sealed = rewrap_tenant_key(s.root_private, s.root_public.primary(), signer, s.store, tenant, key);
    BOOST_REQUIRE(sealed.has_value());
    BOOST_TEST(!sealed->certificate.has_value());
    BOOST_TEST(sealed->box.size() == key.box.size());
    BOOST_TEST(open_tenant_key(s.root_private, s.store, tenant, *sealed).has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()
