#include "crypto/envelope.hpp"

#include <algorithm>

#include "crypto/aad.hpp"
#include "crypto/aead.hpp"
#include "crypto/hedge.hpp"
#include "crypto/openssl.hpp"

namespace tacit::crypto {
namespace {

constexpr std::uint8_t format = 1;
constexpr ByteView format_field(&format, 1);
constexpr std::size_t prefix_size = 1 + std::tuple_size_v<KeyId>;  // format ‖ key id
constexpr std::size_t salt_size = 32;
// A metadata box's key is used once, and so is the nonce.
constexpr AeadNonce zero_nonce{};

KeyId key_id_at(ByteView bytes, std::size_t offset) {
  KeyId id;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), id.size(), id.begin());
  return id;
}

std::optional<KeyId> named_key(ByteView box, std::size_t overhead) {
  if (box.size() < overhead || box[0] != format) return std::nullopt;
  return key_id_at(box, 1);
}

WipedBytes value_aad(const ValueAddress& address, const KeyId& key_id) {
  const std::array<std::uint8_t, 4> version = {
      static_cast<std::uint8_t>(address.version >> 24), static_cast<std::uint8_t>(address.version >> 16),
      static_cast<std::uint8_t>(address.version >> 8), static_cast<std::uint8_t>(address.version)};
  return canonical("tacit value", {format_field, address.tenant.view(), address.secret.view(), version, key_id});
}

WipedBytes tenant_key_aad(const Uuid& tenant, const PublicKey& public_key, const KeyId& root_key_id) {
  return canonical("tacit tenant key", {format_field, tenant.view(), public_key, root_key_id});
}

/// The box of a tenant's private key, sealed to a root key.
Bytes tenant_key_box(const RootPublicKeyring::Entry& root, const Uuid& tenant, const PublicKey& public_key,
                     const PrivateKey& private_key) {
  const WipedBytes aad = tenant_key_aad(tenant, public_key, root.id);
  const auto sealed = hpke_seal(root.key, {}, aad.view(), private_key.view());
  require(sealed.has_value(), "a root public key is not a point, though its keyring was loaded");
  Bytes box;
  box.reserve(root.id.size() + sealed->size());
  box.assign(root.id.begin(), root.id.end());
  box.insert(box.end(), sealed->begin(), sealed->end());
  return box;
}

WipedArray<32> tenant_subkey(const MetadataKeyring::Entry& metadata_key, std::string_view purpose, const Uuid& tenant) {
  WipedArray<32> key;
  hkdf_expand(metadata_key.key.view(), {canonical(purpose, {tenant.view()}).view()}, key.span());
  return key;
}

WipedArray<32> tenant_metadata_key(const MetadataKeyring::Entry& metadata_key, const Uuid& tenant) {
  return tenant_subkey(metadata_key, "tacit metadata key", tenant);
}

// The data that a metadata box is bound to, besides its own salt, from which the key is derived.
struct MetadataPlace {
  const Uuid& tenant;
  const Uuid& secret;
  ByteView header;
  ByteView value_box;
};

WipedBytes metadata_aad(const MetadataPlace& place, const KeyId& key_id) {
  const Digest value_digest = sha256(place.value_box);
  return canonical("tacit metadata", {format_field, place.tenant.view(), place.secret.view(), place.header, key_id,
                                      ByteView(value_digest)});
}

// The salt is published. Under the key it does not serve to test guesses of the plaintext, even if the generators are
// known.
WipedArray<salt_size> metadata_salt(const WipedArray<32>& tenant_key, ByteView aad, ByteView plaintext) {
  return hedged_random(tenant_key.view(), "tacit metadata salt", {aad, plaintext});
}

WipedArray<32> box_key(const WipedArray<32>& tenant_key, ByteView salt) {
  WipedArray<32> key;
  hkdf_expand(tenant_key.view(), {as_bytes("tacit box"), salt}, key.span());
  return key;
}

// The caller has checked that the box is long enough and names `key_id`, the key of `tenant_key`.
std::optional<WipedBytes> open_metadata_box(const WipedArray<32>& tenant_key, const KeyId& key_id,
                                            const MetadataPlace& place, ByteView box) {
  const WipedArray<32> key = box_key(tenant_key, box.subspan(prefix_size, salt_size));
  const WipedBytes aad = metadata_aad(place, key_id);
  WipedBytes plaintext(box.size() - metadata_box_overhead);
  const ByteView sealed = box.subspan(prefix_size + salt_size);
  if (!aes_gcm_open(key.view(), zero_nonce, aad.view(), sealed, plaintext.span())) return std::nullopt;
  return plaintext;
}

}  // namespace

KeyId TenantKey::id() const { return key_id_at(sha256(public_key), 0); }

KeyId TenantKey::root_key_id() const { return box.size() < std::tuple_size_v<KeyId> ? KeyId{} : key_id_at(box, 0); }

TenantKey make_tenant_key(const RootPublicKeyring& root, const Uuid& tenant) {
  const KeyPair pair = generate_key_pair();
  return {pair.public_key, tenant_key_box(root.primary(), tenant, pair.public_key, pair.private_key)};
}

std::optional<PrivateKey> open_tenant_key(const RootPrivateKeyring& root, const Uuid& tenant, const TenantKey& key) {
  const KeyId root_id = key.root_key_id();
  const auto* const entry = root.find(root_id);
  if (entry == nullptr || key.box.size() < root_id.size()) return std::nullopt;
  const WipedBytes aad = tenant_key_aad(tenant, key.public_key, root_id);
  const auto opened = hpke_open(entry->key, {}, aad.view(), ByteView(key.box).subspan(root_id.size()));
  if (!opened || opened->size() != PrivateKey::size()) return std::nullopt;
  PrivateKey private_key;
  std::copy_n(opened->data(), opened->size(), private_key.data());
  return private_key;
}

std::optional<TenantKey> rewrap_tenant_key(const RootPrivateKeyring& root, const RootPublicKeyring::Entry& to,
                                           const Uuid& tenant, const TenantKey& key) {
  const auto private_key = open_tenant_key(root, tenant, key);
  if (!private_key) return std::nullopt;
  return TenantKey{key.public_key, tenant_key_box(to, tenant, key.public_key, *private_key)};
}

std::optional<Bytes> seal_value(const TenantKey& key, const ValueAddress& address, ByteView value) {
  const KeyId id = key.id();
  const WipedBytes aad = value_aad(address, id);
  const auto sealed = hpke_seal(key.public_key, {}, aad.view(), value);
  if (!sealed) return std::nullopt;
  Bytes box;
  box.reserve(prefix_size + sealed->size());
  box.push_back(format);
  box.insert(box.end(), id.begin(), id.end());
  box.insert(box.end(), sealed->begin(), sealed->end());
  return box;
}

std::optional<WipedBytes> open_value(const PrivateKey& key, const TenantKey& tenant_key, const ValueAddress& address,
                                     ByteView box) {
  const KeyId id = tenant_key.id();
  if (tenant_key_of(box) != id) return std::nullopt;
  const WipedBytes aad = value_aad(address, id);
  return hpke_open(key, tenant_key.public_key, {}, aad.view(), box.subspan(prefix_size));
}

TenantKeys::TenantKeys(const MetadataKeyring::Entry& metadata_key, const Uuid& tenant)
    : id_(metadata_key.id),
      tenant_(tenant),
      metadata_(tenant_metadata_key(metadata_key, tenant)),
      index_(tenant_subkey(metadata_key, "tacit index key", tenant)),
      record_(tenant_subkey(metadata_key, "tacit record key", tenant)) {}

Digest TenantKeys::index_mac(std::string_view purpose, std::initializer_list<ByteView> parts) const {
  return hmac_sha256(index_.view(), canonical(purpose, parts).view());
}

Digest TenantKeys::record_mac(ByteView record) const { return hmac_sha256(record_.view(), record); }

Bytes TenantKeys::seal_metadata(const Uuid& secret, ByteView header, ByteView value_box, ByteView plaintext) const {
  Bytes box(metadata_box_overhead + plaintext.size());
  box[0] = format;
  std::copy(id_.begin(), id_.end(), box.begin() + 1);
  const WipedBytes aad = metadata_aad({tenant_, secret, header, value_box}, id_);
  const WipedArray<salt_size> salt = metadata_salt(metadata_, aad.view(), plaintext);
  std::ranges::copy(salt.view(), std::span(box).subspan(prefix_size).begin());
  const WipedArray<32> key = box_key(metadata_, salt.view());
  aes_gcm_seal(key.view(), zero_nonce, aad.view(), plaintext, std::span(box).subspan(prefix_size + salt_size));
  return box;
}

std::optional<WipedBytes> TenantKeys::open_metadata(const Uuid& secret, ByteView header, ByteView value_box,
                                                    ByteView box) const {
  if (metadata_key_of(box) != id_) return std::nullopt;
  return open_metadata_box(metadata_, id_, {tenant_, secret, header, value_box}, box);
}

std::optional<KeyId> metadata_key_of(ByteView box) { return named_key(box, metadata_box_overhead); }

std::optional<KeyId> tenant_key_of(ByteView box) { return named_key(box, value_box_overhead); }

std::optional<WipedBytes> open_metadata(const MetadataKeyring& ring, const Uuid& tenant, const Uuid& secret,
                                        ByteView header, ByteView value_box, ByteView box) {
  const auto id = metadata_key_of(box);
  if (!id) return std::nullopt;
  const auto* const entry = ring.find(*id);
  if (entry == nullptr) return std::nullopt;
  return open_metadata_box(tenant_metadata_key(*entry, tenant), *id, {tenant, secret, header, value_box}, box);
}

std::optional<Digest> store_record_mac(const MetadataKeyring& ring, const KeyId& id, std::string_view purpose,
                                       ByteView record) {
  const auto* const entry = ring.find(id);
  if (entry == nullptr) return std::nullopt;
  WipedArray<32> key;
  hkdf_expand(entry->key.view(), {as_bytes("tacit store record key")}, key.span());
  return hmac_sha256(key.view(), canonical(purpose, {record}).view());
}

}  // namespace tacit::crypto
