// Tenants' key pairs: making, certifying, opening and sealing again.
#include <algorithm>
#include <array>

#include "crypto/envelope/envelope.hpp"
#include "crypto/primitives/aad.hpp"
#include "crypto/primitives/openssl.hpp"
#include "crypto/primitives/random.hpp"

namespace tacit::crypto {
namespace {

constexpr std::uint8_t first_format = 1;
constexpr std::uint8_t certified_format = 2;
constexpr std::size_t id_size = std::tuple_size_v<KeyId>;

ByteView field_of(const std::uint8_t& byte) { return {&byte, 1}; }

std::array<std::uint8_t, 8> big_endian(std::int64_t number) {
  std::array<std::uint8_t, 8> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (8 * (bytes.size() - 1 - i)));
  }
  return bytes;
}

// What a box is bound to: its tenant, or, if there is a number, its store and that number.
struct KeyPlace {
  const Uuid& store;
  const Uuid& tenant;
  const KeyNumber* number;
};

KeyPlace place_of(const Uuid& store, const Uuid& tenant, const TenantKey& key) {
  return {store, tenant, key.certificate ? &key.certificate->number : nullptr};
}

WipedBytes box_aad(const KeyPlace& place, const PublicKey& public_key, const KeyId& root_key_id) {
  if (place.number == nullptr) {
    return canonical("tacit tenant key", {field_of(first_format), place.tenant.view(), public_key, root_key_id});
  }
  return canonical("tacit tenant key",
                   {field_of(certified_format), place.store.view(), ByteView(*place.number), public_key, root_key_id});
}

/// The box of a tenant's private key, sealed to a root key.
Bytes seal_private_key(const RootPublicKeyring::Entry& root, const KeyPlace& place, const PublicKey& public_key,
                       const PrivateKey& private_key) {
  const WipedBytes aad = box_aad(place, public_key, root.id);
  const auto sealed = hpke_seal(root.key, {}, aad.view(), private_key.view());
  require(sealed.has_value(), "a root public key is not a point, though its keyring was loaded");
  Bytes box;
  box.reserve(1 + id_size + sealed->size());
  if (place.number != nullptr) box.push_back(certified_format);
  box.insert(box.end(), root.id.begin(), root.id.end());
  box.insert(box.end(), sealed->begin(), sealed->end());
  return box;
}

// The part of the box from the root key id on; empty if the box is too short or of another format.
ByteView sealed_part(const TenantKey& key) {
  const ByteView box = key.box;
  if (!key.certificate) return box.size() < id_size ? ByteView() : box;
  return box.size() < 1 + id_size || box[0] != certified_format ? ByteView() : box.subspan(1);
}

constexpr std::string_view certificate_context = "tacit signed tenant key 1";

/// Calls `use` with the fields that a certificate signs.
template <class Use>
auto with_signed_fields(const TenantKey& key, const Uuid& store, Use use) {
  const auto made = big_endian(key.certificate->made);
  const KeyId root = key.root_key_id();
  const Digest box = sha256(key.box);
  return use({store.view(), ByteView(key.certificate->number), ByteView(made), ByteView(root), ByteView(key.public_key),
              ByteView(box)});
}

void certify(TenantKey& key, const SigningKeyring::Entry& signer, const Uuid& store) {
  key.certificate->signer = signer.id;
  key.certificate->signature =
      with_signed_fields(key, store, [&](SignedFields fields) { return signer.key.sign(certificate_context, fields); });
}

}  // namespace

KeyId TenantKey::id() const { return leading_id(sha256(public_key)); }

KeyId TenantKey::root_key_id() const {
  const ByteView sealed = sealed_part(*this);
  return sealed.empty() ? KeyId{} : leading_id(sealed);
}

TenantKey make_tenant_key(const RootPublicKeyring& root, const Uuid& tenant) {
  const KeyPair pair = generate_key_pair();
  const KeyPlace place{.store = tenant, .tenant = tenant, .number = nullptr};
  return {.public_key = pair.public_key,
          .box = seal_private_key(root.primary(), place, pair.public_key, pair.private_key)};
}

TenantKey make_certified_key(const RootPublicKeyring& root, const SigningKeyring::Entry& signer, const Uuid& store,
                             std::int64_t made) {
  const KeyPair pair = generate_key_pair();
  TenantKey key{.public_key = pair.public_key, .box = {}, .certificate = KeyCertificate{.made = made}};
  random_bytes(key.certificate->number);
  key.box = seal_private_key(root.primary(), place_of(store, store, key), pair.public_key, pair.private_key);
  certify(key, signer, store);
  return key;
}

bool is_certified(const TenantKey& key, const Uuid& store, const VerifyingKey& signer) {
  if (!key.certificate || sealed_part(key).empty()) return false;
  return with_signed_fields(key, store, [&](SignedFields fields) {
    return signer.verify(certificate_context, fields, key.certificate->signature);
  });
}

std::optional<PrivateKey> open_tenant_key(const RootPrivateKeyring& root, const Uuid& store, const Uuid& tenant,
                                          const TenantKey& key) {
  const ByteView sealed = sealed_part(key);
  if (sealed.empty()) return std::nullopt;
  const KeyId root_id = leading_id(sealed);
  const auto* const entry = root.find(root_id);
  if (entry == nullptr) return std::nullopt;
  const WipedBytes aad = box_aad(place_of(store, tenant, key), key.public_key, root_id);
  const auto opened = hpke_open(entry->key, {}, aad.view(), sealed.subspan(id_size));
  if (!opened || opened->size() != PrivateKey::size()) return std::nullopt;
  PrivateKey private_key;
  std::copy_n(opened->data(), opened->size(), private_key.data());
  return private_key;
}

std::optional<TenantKey> rewrap_tenant_key(const RootPrivateKeyring& root, const RootPublicKeyring::Entry& to,
                                           const SigningKeyring::Entry* signer, const Uuid& store, const Uuid& tenant,
                                           const TenantKey& key) {
  if (key.certificate && signer == nullptr) return std::nullopt;
  const auto private_key = open_tenant_key(root, store, tenant, key);
  if (!private_key) return std::nullopt;
  TenantKey sealed = key;
  sealed.box = seal_private_key(to, place_of(store, tenant, sealed), sealed.public_key, *private_key);
  if (sealed.certificate) certify(sealed, *signer, store);
  return sealed;
}

}  // namespace tacit::crypto
