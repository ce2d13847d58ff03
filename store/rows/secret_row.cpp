#include "store/rows/secret_row.hpp"

#include "store/model/failures.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/opened_rows.hpp"
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

/// Verifies the row.
std::optional<crypto::WipedBytes> open_metadata_of(const MetadataOpener& opener, const crypto::Uuid& id,
                                                   const SecretRow& row, const crypto::KeyId& key_id) {
  const bool has_keys = opener.keys != nullptr && opener.keys->metadata_key_id() == key_id;
  if (has_keys) return opener.keys->open_metadata(id, row.header_bytes, row.value_box, row.metadata_box);
  return crypto::open_metadata(opener.ring, opener.tenant, id, row.header_bytes, row.value_box, row.metadata_box);
}

/// What this thread kept of exactly this row. False: nothing.
bool opened_before(const MetadataOpener& opener, const crypto::Uuid& id, ByteView row, std::uint8_t format,
                   Metadata& into) {
  if (opener.keep_for == 0) return false;
  const auto kept = OpenedRows::of_thread(opener.keep_for).metadata(opener.tenant, id, row);
  return kept && decode_metadata(*kept, format, into);
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

Outcome<void> open_secret(const MetadataOpener& opener, const crypto::Uuid& id, ByteView row, StoredSecret& into) {
  const auto parsed = parse_secret_row(row);
  if (!parsed) return altered(id, "the secret's row is incomplete");
  const auto key_id = crypto::metadata_key_of(parsed->metadata_box);
  if (!key_id || opener.ring.find(*key_id) == nullptr) {
    return altered(id, "the secret's metadata names a key that this process does not have");
  }
  const std::uint8_t format = parsed->header.format;
  if (!opened_before(opener, id, row, format, into.metadata)) {
    const auto plaintext = open_metadata_of(opener, id, *parsed, *key_id);
    if (!plaintext) return altered(id, "the secret's row was altered");
    if (!decode_metadata(plaintext->view(), format, into.metadata)) {
      return altered(id, "the secret's metadata has an unknown format");
    }
    if (opener.keep_for != 0) {
      OpenedRows::of_thread(opener.keep_for).keep_metadata(opener.tenant, id, row, plaintext->view());
    }
  }
  into.id = id;
  into.header = parsed->header;
  into.row = row;
  into.value_box = parsed->value_box;
  into.metadata_key = *key_id;
  return Outcome<void>();
}

Outcome<StoredSecret> open_secret(const MetadataOpener& opener, const crypto::Uuid& id, ByteView row) {
  StoredSecret secret;
  const auto opened = open_secret(opener, id, row, secret);
  if (!opened) return opened.error();
  return secret;
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
  SecretInfo info;
  describe(info, tenant, id, header, metadata);
  return info;
}

void describe(SecretInfo& info, const crypto::Uuid& tenant, const crypto::Uuid& id, const SecretHeader& header,
              const Metadata& metadata) {
  info.id = id;
  info.tenant = tenant;
  info.name = metadata.name;
  info.display = metadata.display;
  info.tool_name = metadata.tool_name;
  info.tool_arg = metadata.tool_arg;
  info.is_default_for_tool = metadata.is_default;
  info.created_at = header.created_at;
  info.updated_at = header.updated_at;
  info.version = header.value_version;
  info.versions = 1U + header.previous;
  info.expires_at = metadata.expires_at;
  info.last_used_at.reset();
}

}  // namespace tacit::store
