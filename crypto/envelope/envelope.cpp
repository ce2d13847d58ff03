#include "crypto/envelope/envelope.hpp"

#include <algorithm>

#include "crypto/envelope/padding.hpp"
#include "crypto/primitives/aad.hpp"
#include "crypto/primitives/aead.hpp"
#include "crypto/primitives/hedge.hpp"
#include "crypto/primitives/openssl.hpp"

namespace tacit::crypto {
namespace {

constexpr std::uint8_t first_format = 1;  // of the boxes under the metadata key
constexpr ByteView format_field(&first_format, 1);
constexpr std::size_t prefix_size = 1 + std::tuple_size_v<KeyId>;  // format ‖ key id
constexpr std::size_t length_size = 4;                             // of a padded value
constexpr std::size_t salt_size = 32;
// A metadata box's key is used once, and so is the nonce.
constexpr AeadNonce zero_nonce{};

std::array<std::uint8_t, 4> big_endian(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

// A binding is a field of its own only in a padded box.
WipedBytes value_aad(const ValueAddress& address, const KeyId& key_id, ValueFormat value_format, ByteView binding) {
  const auto version = big_endian(address.version);
  const auto format_byte = static_cast<std::uint8_t>(value_format);
  const ByteView value_format_field(&format_byte, 1);
  const ByteView tenant = address.tenant.view();
  const ByteView secret = address.secret.view();
  if (value_format == ValueFormat::first) {
    require(binding.empty(), "a value box of the first format has no binding");
    return canonical("tacit value", {value_format_field, tenant, secret, version, key_id});
  }
  return canonical("tacit value", {value_format_field, tenant, secret, version, key_id, binding});
}

// 4 exact length ‖ value ‖ zeros.
WipedBytes padded(ByteView value) {
  WipedBytes text;
  text.reserve(padme(length_size + value.size()));
  text.append(ByteView(big_endian(static_cast<std::uint32_t>(value.size()))));
  text.append(value);
  text.resize(padme(text.size()));
  return text;
}

// The value; std::nullopt for text that `padded` does not make: any process can seal to a public key.
std::optional<WipedBytes> unpadded(ByteView text) {
  if (text.size() < length_size) return std::nullopt;
  std::uint32_t size = 0;
  for (const std::uint8_t byte : text.first(length_size)) size = size << 8 | byte;
  const ByteView rest = text.subspan(length_size);
  if (size > rest.size() || text.size() != padme(length_size + std::size_t{size})) return std::nullopt;
  const ByteView padding = rest.subspan(size);
  if (!std::ranges::all_of(padding, [](std::uint8_t byte) { return byte == 0; })) return std::nullopt;
  return WipedBytes(rest.first(size));
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

WipedArray<32> box_key(const WipedArray<32>& tenant_key, ByteView salt) {
  WipedArray<32> key;
  hkdf_expand(tenant_key.view(), {as_bytes("tacit box"), salt}, key.span());
  return key;
}

WipedBytes prefixes_aad(const Uuid& tenant, const KeyId& key_id) {
  return canonical("tacit prefixes", {format_field, tenant.view(), key_id});
}

// The caller has checked that the box is long enough and names the key of `tenant_key`.
std::optional<WipedBytes> open_box(const WipedArray<32>& tenant_key, const WipedBytes& aad, ByteView box) {
  const WipedArray<32> key = box_key(tenant_key, box.subspan(prefix_size, salt_size));
  WipedBytes plaintext(box.size() - metadata_box_overhead);
  const ByteView sealed = box.subspan(prefix_size + salt_size);
  if (!aes_gcm_open(key.view(), zero_nonce, aad.view(), sealed, plaintext.span())) return std::nullopt;
  return plaintext;
}

std::optional<WipedBytes> open_metadata_box(const WipedArray<32>& tenant_key, const KeyId& key_id,
                                            const MetadataPlace& place, ByteView box) {
  return open_box(tenant_key, metadata_aad(place, key_id), box);
}

WipedBytes row_aad(const RowPlace& place, const Uuid& tenant, const KeyId& key_id) {
  return canonical(place.purpose, {format_field, tenant.view(), place.key, place.header, key_id});
}

/// Seals under that key: the layout of metadata boxes and of row boxes.
Bytes seal_box(const WipedArray<32>& tenant_key, const KeyId& key_id, std::string_view salt_purpose, ByteView aad,
               ByteView plaintext) {
  Bytes box(metadata_box_overhead + plaintext.size());
  box[0] = first_format;
  std::copy(key_id.begin(), key_id.end(), box.begin() + 1);
  // The salt is published. Under the key it does not serve to test guesses of the plaintext, even if the generators are
  // known.
  const WipedArray<salt_size> salt = hedged_random(tenant_key.view(), salt_purpose, {aad, plaintext});
  std::ranges::copy(salt.view(), std::span(box).subspan(prefix_size).begin());
  const WipedArray<32> key = box_key(tenant_key, salt.view());
  aes_gcm_seal(key.view(), zero_nonce, aad, plaintext, std::span(box).subspan(prefix_size + salt_size));
  return box;
}

}  // namespace

std::optional<Bytes> seal_value(const TenantKey& key, const ValueAddress& address, ByteView value, ValueFormat format,
                                ByteView binding) {
  const KeyId id = key.id();
  const WipedBytes aad = value_aad(address, id, format, binding);
  const auto sealed = format == ValueFormat::padded ? hpke_seal(key.public_key, {}, aad.view(), padded(value).view())
                                                    : hpke_seal(key.public_key, {}, aad.view(), value);
  if (!sealed) return std::nullopt;
  Bytes box;
  box.reserve(prefix_size + sealed->size());
  box.push_back(static_cast<std::uint8_t>(format));
  box.insert(box.end(), id.begin(), id.end());
  box.insert(box.end(), sealed->begin(), sealed->end());
  return box;
}

std::optional<WipedBytes> open_value(const PrivateKey& key, const TenantKey& tenant_key, const ValueAddress& address,
                                     ByteView box, ByteView binding) {
  const KeyId id = tenant_key.id();
  if (tenant_key_of(box) != id) return std::nullopt;
  const auto format = value_format_of(box);
  if (!format || (format == ValueFormat::first && !binding.empty())) return std::nullopt;
  const WipedBytes aad = value_aad(address, id, *format, binding);
  auto opened = hpke_open(key, tenant_key.public_key, {}, aad.view(), box.subspan(prefix_size));
  if (!opened || format == ValueFormat::first) return opened;
  return unpadded(opened->view());
}

std::optional<ValueFormat> value_format_of(ByteView box) {
  if (box.size() < value_box_overhead) return std::nullopt;
  if (box[0] == static_cast<std::uint8_t>(ValueFormat::first)) return ValueFormat::first;
  const bool is_padded =
      box[0] == static_cast<std::uint8_t>(ValueFormat::padded) && box.size() >= value_box_overhead + length_size;
  return is_padded ? std::optional(ValueFormat::padded) : std::nullopt;
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
  const WipedBytes aad = metadata_aad({tenant_, secret, header, value_box}, id_);
  return seal_box(metadata_, id_, "tacit metadata salt", aad.view(), plaintext);
}

std::optional<WipedBytes> TenantKeys::open_metadata(const Uuid& secret, ByteView header, ByteView value_box,
                                                    ByteView box) const {
  if (metadata_key_of(box) != id_) return std::nullopt;
  return open_metadata_box(metadata_, id_, {tenant_, secret, header, value_box}, box);
}

Bytes TenantKeys::seal_prefixes(ByteView plaintext) const {
  Bytes box(prefix_box_overhead + plaintext.size());
  box[0] = first_format;
  const WipedBytes aad = prefixes_aad(tenant_, id_);
  const WipedArray<salt_size> salt = hedged_random(metadata_.view(), "tacit prefixes salt", {aad.view(), plaintext});
  std::ranges::copy(salt.view(), box.begin() + 1);
  const WipedArray<32> key = box_key(metadata_, salt.view());
  aes_gcm_seal(key.view(), zero_nonce, aad.view(), plaintext, std::span(box).subspan(1 + salt_size));
  return box;
}

std::optional<WipedBytes> TenantKeys::open_prefixes(ByteView box) const {
  if (box.size() < prefix_box_overhead || box[0] != first_format) return std::nullopt;
  const WipedArray<32> key = box_key(metadata_, box.subspan(1, salt_size));
  const WipedBytes aad = prefixes_aad(tenant_, id_);
  WipedBytes plaintext(box.size() - prefix_box_overhead);
  if (!aes_gcm_open(key.view(), zero_nonce, aad.view(), box.subspan(1 + salt_size), plaintext.span())) {
    return std::nullopt;
  }
  return plaintext;
}

Bytes TenantKeys::seal_row(const RowPlace& place, ByteView plaintext) const {
  const WipedBytes aad = row_aad(place, tenant_, id_);
  return seal_box(metadata_, id_, "tacit row salt", aad.view(), plaintext);
}

std::optional<WipedBytes> TenantKeys::open_row(const RowPlace& place, ByteView box) const {
  if (metadata_key_of(box) != id_) return std::nullopt;
  return open_box(metadata_, row_aad(place, tenant_, id_), box);
}

std::optional<KeyId> metadata_key_of(ByteView box) {
  if (box.size() < metadata_box_overhead || box[0] != first_format) return std::nullopt;
  return leading_id(box.subspan(1));
}

std::optional<KeyId> tenant_key_of(ByteView box) {
  if (!value_format_of(box)) return std::nullopt;
  return leading_id(box.subspan(1));
}

std::optional<WipedBytes> open_metadata(const MetadataKeyring& ring, const Uuid& tenant, const Uuid& secret,
                                        ByteView header, ByteView value_box, ByteView box) {
  const auto id = metadata_key_of(box);
  if (!id) return std::nullopt;
  const auto* const entry = ring.find(*id);
  if (entry == nullptr) return std::nullopt;
  return open_metadata_box(tenant_metadata_key(*entry, tenant), *id, {tenant, secret, header, value_box}, box);
}

std::optional<WipedBytes> open_row(const MetadataKeyring& ring, const Uuid& tenant, const RowPlace& place,
                                   ByteView box) {
  const auto id = metadata_key_of(box);
  if (!id) return std::nullopt;
  const auto* const entry = ring.find(*id);
  if (entry == nullptr) return std::nullopt;
  return open_box(tenant_metadata_key(*entry, tenant), row_aad(place, tenant, *id), box);
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
