#include "store/rows/api_key_row.hpp"

#include "crypto/primitives/aad.hpp"
#include "store/rows/codec.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t first_format = 1;
constexpr std::uint8_t format = 2;
constexpr std::uint8_t expires = 1;
constexpr std::uint8_t revoked = 2;
constexpr std::uint8_t used = 4;
constexpr std::size_t mac_size = 32;

std::optional<crypto::Digest> mac_of(ByteView id, ByteView content, const crypto::KeyId& metadata_key_id,
                                     const crypto::MetadataKeyring& ring) {
  Bytes guarded;
  Encoder encoder(guarded);
  encoder.text(crypto::as_text(id));
  encoder.raw(content);
  return crypto::store_record_mac(ring, metadata_key_id, "api key", guarded);
}

bool is_known(std::uint8_t row_format) { return row_format == format || row_format == first_format; }

std::optional<std::int64_t> instant_if(bool present, std::int64_t instant) {
  if (!present) return std::nullopt;
  return instant;
}

Bytes encoded(std::optional<std::int64_t> instant) {
  Bytes bytes;
  if (instant) Encoder(bytes).i64(*instant);
  return bytes;
}

}  // namespace

crypto::Digest api_key_digest(const ApiKey& key) {
  const auto scopes = static_cast<std::uint8_t>(key.scopes);
  const Bytes created = encoded(key.created_at);
  const Bytes expiry = encoded(key.expires_at);
  const Bytes revocation = encoded(key.revoked_at);
  const Bytes changed = encoded(key.changed_at);
  const auto content =
      crypto::canonical("tacit api key", {crypto::as_bytes(key.id), key.tenant.view(), crypto::as_bytes(key.name),
                                          ByteView(&scopes, 1), key.secret_hash, created, expiry, revocation, changed});
  return crypto::sha256(content.view());
}

Bytes encode_api_key(const ApiKey& key, const crypto::MetadataKeyring& ring) {
  const crypto::KeyId metadata_key_id = key.metadata_key.value_or(ring.primary().id);
  Bytes row;
  Encoder encoder(row);
  encoder.u8(format);
  encoder.raw(metadata_key_id);
  encoder.raw(key.tenant.view());
  encoder.u8(static_cast<std::uint8_t>(key.scopes));
  encoder.u8(static_cast<std::uint8_t>((key.expires_at ? expires : 0) | (key.revoked_at ? revoked : 0) |
                                       (key.last_used_at ? used : 0)));
  encoder.i64(key.created_at);
  encoder.i64(key.expires_at.value_or(0));
  encoder.i64(key.revoked_at.value_or(0));
  encoder.i64(key.changed_at);
  encoder.i64(key.last_used_at.value_or(0));
  encoder.raw(key.secret_hash);
  encoder.text(key.name);
  encoder.raw(*mac_of(crypto::as_bytes(key.id), row, metadata_key_id, ring));  // the key is in the ring
  return row;
}

std::optional<crypto::KeyId> metadata_key_of_api_key(ByteView row) {
  Decoder decoder(row);
  crypto::KeyId id{};
  if (!is_known(decoder.u8())) return std::nullopt;
  decoder.into(id);
  if (!decoder.ok()) return std::nullopt;
  return id;
}

bool is_indexed(ByteView row) { return !row.empty() && row.front() != first_format; }

std::optional<ApiKey> decode_api_key(ByteView id, ByteView row, const crypto::MetadataKeyring& ring) {
  Decoder decoder(row);
  crypto::KeyId metadata_key_id{};
  if (!is_known(decoder.u8())) return std::nullopt;
  decoder.into(metadata_key_id);
  if (!decoder.ok() || row.size() < mac_size) return std::nullopt;
  const auto mac = mac_of(id, row.first(row.size() - mac_size), metadata_key_id, ring);
  if (!mac || !crypto::equal_constant_time(*mac, row.last(mac_size))) return std::nullopt;
  return decode_verified_api_key(id, row);
}

std::optional<ApiKey> decode_verified_api_key(ByteView id, ByteView row) {
  Decoder decoder(row);
  ApiKey key;
  const std::uint8_t row_format = decoder.u8();
  if (!is_known(row_format)) return std::nullopt;
  decoder.into(key.metadata_key.emplace());
  key.id = crypto::as_text(id);
  decoder.into(key.tenant.bytes);
  key.scopes = static_cast<Scope>(decoder.u8());
  const unsigned flags = decoder.u8();
  key.created_at = decoder.i64();
  key.expires_at = instant_if((flags & expires) != 0, decoder.i64());
  key.revoked_at = instant_if((flags & revoked) != 0, decoder.i64());
  if (row_format != first_format) {
    key.changed_at = decoder.i64();
    key.last_used_at = instant_if((flags & used) != 0, decoder.i64());
  }
  decoder.into(key.secret_hash);
  key.name = decoder.text();
  decoder.raw(mac_size);
  if (!decoder.done()) return std::nullopt;
  return key;
}

}  // namespace tacit::store
