#include "store/rows/idempotency_row.hpp"

#include <algorithm>

#include "crypto/envelope/padding.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/metadata.hpp"
#include "store/rows/secret_row.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t row_format = 1;
constexpr std::size_t header_size = 1 + 8 + 8 + idempotency_mac_size + 1;
constexpr std::string_view purpose = "tacit idempotency";
constexpr std::uint8_t has_last_use = 1;

IdempotencyMac mac_of(const crypto::Digest& key, std::string_view what, const crypto::Digest& digest) {
  const crypto::Digest mac = crypto::hmac_sha256(key, {crypto::as_bytes(what), digest});
  IdempotencyMac first{};
  std::copy_n(mac.begin(), first.size(), first.begin());
  return first;
}

Metadata metadata_of(const SecretInfo& secret) {
  Metadata metadata;
  metadata.name = secret.name;
  metadata.display = secret.display;
  metadata.tool_name = secret.tool_name;
  metadata.tool_arg = secret.tool_arg;
  metadata.is_default = secret.is_default_for_tool;
  metadata.value_length = 0;
  metadata.expires_at = secret.expires_at;
  return metadata;
}

void encode_whole(Encoder<crypto::WipedBytes>& encoder, const SecretInfo& secret) {
  encoder.i64(secret.created_at);
  encoder.u32(secret.versions);
  encoder.u8(secret.last_used_at ? has_last_use : std::uint8_t{0});
  encoder.i64(secret.last_used_at.value_or(0));
  encoder.text(encode_metadata(metadata_of(secret), third_secret_format).text());
}

bool decode_whole(Decoder& decoder, SecretInfo& secret) {
  secret.created_at = decoder.i64();
  secret.versions = decoder.u32();
  const std::uint8_t flags = decoder.u8();
  const std::int64_t last_use = decoder.i64();
  if (flags == has_last_use) secret.last_used_at = last_use;
  auto metadata = decode_metadata(crypto::as_bytes(decoder.text()), third_secret_format);
  if (!metadata) return false;
  secret.name = std::move(metadata->name);
  secret.display = std::move(metadata->display);
  secret.tool_name = std::move(metadata->tool_name);
  secret.tool_arg = std::move(metadata->tool_arg);
  secret.is_default_for_tool = metadata->is_default;
  secret.expires_at = metadata->expires_at;
  return true;
}

crypto::WipedBytes encode_answer(const KeptAnswer& answer) {
  crypto::WipedBytes out;
  Encoder encoder(out);
  encoder.u8(static_cast<std::uint8_t>(answer.kind));
  encoder.u8(static_cast<std::uint8_t>(answer.secrets.size()));
  for (const SecretInfo& secret : answer.secrets) {
    encoder.raw(secret.id.view());
    encoder.i64(secret.updated_at);
    encoder.u32(secret.version);
    if (answer.kind == RepeatableKind::rollback) encode_whole(encoder, secret);
  }
  out.resize(crypto::padme(out.size()));
  return out;
}

std::optional<KeptAnswer> decode_answer(ByteView plaintext, const Uuid& tenant) {
  Decoder decoder(plaintext);
  KeptAnswer answer;
  answer.kind = static_cast<RepeatableKind>(decoder.u8());
  if (answer.kind < RepeatableKind::create || answer.kind > RepeatableKind::rollback) return std::nullopt;
  for (std::size_t left = decoder.u8(); left > 0 && decoder.ok(); --left) {
    SecretInfo& secret = answer.secrets.emplace_back();
    secret.tenant = tenant;
    parse_id(decoder.raw(secret.id.bytes.size()), secret.id);
    secret.updated_at = decoder.i64();
    secret.created_at = secret.updated_at;
    secret.version = decoder.u32();
    if (answer.kind == RepeatableKind::rollback && !decode_whole(decoder, secret)) return std::nullopt;
  }
  if (!ends_padded(decoder, plaintext.size())) return std::nullopt;
  return answer;
}

}  // namespace

RequestMacs request_macs(const crypto::TenantKeys& keys, const IdempotencyKey& key) {
  const crypto::Digest derived = keys.index_mac("idempotency", {key.key.view()});
  RequestMacs macs;
  macs.request = mac_of(derived, "request", key.request);
  macs.body = mac_of(derived, "body", key.body);
  return macs;
}

RowKey idempotency_row_key(const Uuid& tenant, const IdempotencyMac& request) {
  return RowKey(tenant, RowKind::idempotency_key).add(ByteView(request));
}

RowKey idempotency_order_key(const Uuid& tenant, std::int64_t made, const IdempotencyMac& request) {
  Bytes rest;
  Encoder encoder(rest);
  encoder.i64(made);
  encoder.raw(request);
  return RowKey(tenant, RowKind::idempotency_order).add(ByteView(rest));
}

RowKey idempotency_count_key(const Uuid& tenant) { return {tenant, RowKind::idempotency_order}; }

Bytes encode_idempotency_row(const crypto::TenantKeys& keys, const Uuid& tenant, const IdempotencyMac& request,
                             const IdempotencyRow& row) {
  Bytes out;
  Encoder encoder(out);
  encoder.u8(row_format);
  encoder.raw(keys.metadata_key_id());
  encoder.i64(row.made);
  encoder.raw(row.body);
  encoder.u8(row.other_bodies);
  const RowKey key = idempotency_row_key(tenant, request);
  const ByteView after_tenant = key.view().subspan(tenant.bytes.size());
  const crypto::RowPlace place{.purpose = purpose, .key = after_tenant, .header = out};
  const Bytes box = keys.seal_row(place, encode_answer(row.answer).view());
  encoder.raw(box);
  return out;
}

std::optional<IdempotencyRow> decode_idempotency_row(const crypto::TenantKeys& keys, const Uuid& tenant,
                                                     const IdempotencyMac& request, ByteView row) {
  if (metadata_key_of_idempotency_row(row) != keys.metadata_key_id()) return std::nullopt;
  Decoder decoder(row.subspan(1 + std::tuple_size_v<crypto::KeyId>));
  IdempotencyRow read;
  read.made = decoder.i64();
  decoder.into(read.body);
  read.other_bodies = decoder.u8();
  const RowKey key = idempotency_row_key(tenant, request);
  const ByteView after_tenant = key.view().subspan(tenant.bytes.size());
  const crypto::RowPlace place{.purpose = purpose, .key = after_tenant, .header = row.first(header_size)};
  const auto plaintext = keys.open_row(place, decoder.rest());
  if (!plaintext || read.other_bodies > most_other_bodies) return std::nullopt;
  auto answer = decode_answer(plaintext->view(), tenant);
  if (!answer) return std::nullopt;
  read.answer = std::move(*answer);
  return read;
}

std::optional<crypto::KeyId> metadata_key_of_idempotency_row(ByteView row) {
  if (row.size() < header_size + crypto::row_box_overhead || row.front() != row_format) return std::nullopt;
  crypto::KeyId id{};
  Decoder decoder(row.subspan(1));
  decoder.into(id);
  return id;
}

Bytes encode_idempotency_count(const IdempotencyCount& count) {
  Bytes row;
  Encoder encoder(row);
  encoder.u32(count.rows);
  encoder.u32(count.bytes);
  return row;
}

std::optional<IdempotencyCount> decode_idempotency_count(ByteView row) {
  Decoder decoder(row);
  IdempotencyCount count;
  count.rows = decoder.u32();
  count.bytes = decoder.u32();
  if (!decoder.done()) return std::nullopt;
  return count;
}

Bytes encode_idempotency_size(std::uint32_t size) {
  Bytes row;
  Encoder(row).u32(size);
  return row;
}

std::optional<std::uint32_t> decode_idempotency_size(ByteView row) {
  Decoder decoder(row);
  const std::uint32_t size = decoder.u32();
  if (!decoder.done()) return std::nullopt;
  return size;
}

std::optional<IdempotencyPlace> parse_idempotency_order(ByteView rest) {
  Decoder decoder(rest);
  IdempotencyPlace place;
  place.made = decoder.i64();
  decoder.into(place.request);
  if (!decoder.done()) return std::nullopt;
  return place;
}

}  // namespace tacit::store
