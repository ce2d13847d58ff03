#include "store/rows/secret_row.hpp"

#include "store/model/failures.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t first_header_size = 29;
constexpr std::size_t second_header_size = 26;
constexpr std::size_t third_header_size = 39;
constexpr std::uint8_t is_strict = 1;

std::size_t header_size(std::uint8_t format) {
  if (format == first_secret_format) return first_header_size;
  return format == second_secret_format ? second_header_size : third_header_size;
}

/// Formats 2 and 3. False for flags that this build does not know.
bool read_flags(Decoder& decoder, SecretHeader& header) {
  const std::uint8_t flags = decoder.u8();
  header.strict = flags == is_strict;
  return flags <= is_strict;
}

bool read_header(Decoder& decoder, SecretHeader& header) {
  header.format = decoder.u8();
  if (header.format < first_secret_format || header.format > third_secret_format) return false;
  const bool third = header.format == third_secret_format;
  header.value_version = decoder.u32();
  header.sealed_version = third ? decoder.u32() : header.value_version;
  header.created_at = decoder.i64();
  header.updated_at = decoder.i64();
  header.value_since = third ? decoder.i64() : header.updated_at;
  if (header.format == first_secret_format) {
    header.accounted = decoder.u32();
  } else if (!read_flags(decoder, header)) {
    return false;
  }
  if (third) header.previous = decoder.u8();
  header.value_box_size = decoder.u32();
  return true;
}

void write_header(Encoder<Bytes>& encoder, const SecretHeader& header, std::size_t value_box_size) {
  const bool third = header.format == third_secret_format;
  encoder.u8(header.format);
  encoder.u32(header.value_version);
  if (third) encoder.u32(header.sealed_version);
  encoder.i64(header.created_at);
  encoder.i64(header.updated_at);
  if (third) encoder.i64(header.value_since);
  if (header.format == first_secret_format) {
    encoder.u32(header.accounted);
  } else {
    encoder.u8(header.strict ? is_strict : std::uint8_t{0});
  }
  if (third) encoder.u8(header.previous);
  encoder.u32(static_cast<std::uint32_t>(value_box_size));
}

}  // namespace

std::optional<SecretRow> parse_secret_row(ByteView row) {
  Decoder decoder(row);
  SecretRow parsed;
  if (!read_header(decoder, parsed.header)) return std::nullopt;
  parsed.value_box = decoder.raw(parsed.header.value_box_size);
  if (!decoder.ok() || parsed.value_box.size() < crypto::value_box_overhead) return std::nullopt;
  parsed.header_bytes = row.first(header_size(parsed.header.format));
  parsed.metadata_box = decoder.rest();
  return parsed;
}

Outcome<StoredSecret> open_secret(const MetadataOpener& opener, const crypto::Uuid& id, ByteView row) {
  const auto parsed = parse_secret_row(row);
  if (!parsed) return altered(id, "the secret's row is incomplete");
  const auto key_id = crypto::metadata_key_of(parsed->metadata_box);
  if (!key_id || opener.ring.find(*key_id) == nullptr) {
    return altered(id, "the secret's metadata names a key that this process does not have");
  }
  const bool has_keys = opener.keys != nullptr && opener.keys->metadata_key_id() == *key_id;
  const auto plaintext =
      has_keys ? opener.keys->open_metadata(id, parsed->header_bytes, parsed->value_box, parsed->metadata_box)
               : crypto::open_metadata(opener.ring, opener.tenant, id, parsed->header_bytes, parsed->value_box,
                                       parsed->metadata_box);
  if (!plaintext) return altered(id, "the secret's row was altered");
  auto metadata = decode_metadata(plaintext->view(), parsed->header.format);
  if (!metadata) return altered(id, "the secret's metadata has an unknown format");
  return StoredSecret{.id = id,
                      .header = parsed->header,
                      .metadata = std::move(*metadata),
                      .row = row,
                      .value_box = parsed->value_box,
                      .metadata_key = *key_id};
}

Task<Outcome<StoredSecret>> load_secret(Transaction& transaction, MetadataOpener opener, crypto::Uuid id) {
  const RowKey key = secret_row_key(opener.tenant, id);
  const auto row = co_await transaction.get(Table::tenants, key.view());
  if (!row) co_return failed(Errc::not_found);
  co_return open_secret(opener, id, *row);
}

std::uint64_t accounted_of(const StoredSecret& secret) {
  if (secret.header.format == first_secret_format) return secret.header.accounted;
  return secret.metadata.accounted(secret.value_size());
}

crypto::Digest row_digest(ByteView row) { return crypto::sha256(row); }

void use_newer_format(SecretHeader& header, Metadata& metadata, ByteView value_box, std::uint8_t format) {
  if (header.format >= format) return;
  if (header.format == first_secret_format) {
    header.accounted = 0;
    metadata.value_length = static_cast<std::uint32_t>(value_box.size() - crypto::value_box_overhead);
  }
  header.format = format;
}

void use_second_format(SecretHeader& header, Metadata& metadata, ByteView value_box) {
  use_newer_format(header, metadata, value_box, second_secret_format);
}

Bytes seal_secret(const crypto::TenantKeys& keys, const crypto::Uuid& id, SecretHeader header, ByteView value_box,
                  const Metadata& metadata) {
  Bytes row;
  Encoder encoder(row);
  write_header(encoder, header, value_box.size());
  const Bytes metadata_box = keys.seal_metadata(id, row, value_box, encode_metadata(metadata, header.format).view());
  row.reserve(row.size() + value_box.size() + metadata_box.size());
  encoder.raw(value_box);
  encoder.raw(metadata_box);
  return row;
}

SecretInfo secret_info(const crypto::Uuid& tenant, const crypto::Uuid& id, const SecretHeader& header,
                       const Metadata& metadata) {
  return SecretInfo{.id = id,
                    .tenant = tenant,
                    .name = metadata.name,
                    .display = metadata.display,
                    .tool_name = metadata.tool_name,
                    .tool_arg = metadata.tool_arg,
                    .is_default_for_tool = metadata.is_default,
                    .created_at = header.created_at,
                    .updated_at = header.updated_at,
                    .version = header.value_version,
                    .versions = 1U + header.previous,
                    .expires_at = metadata.expires_at};
}

}  // namespace tacit::store
