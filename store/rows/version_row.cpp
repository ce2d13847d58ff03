#include "store/rows/version_row.hpp"

#include "crypto/envelope/padding.hpp"
#include "store/model/failures.hpp"
#include "store/rows/codec.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t header_size = 22;
constexpr std::uint8_t is_strict = 1;
constexpr std::uint8_t metadata_format = 1;
enum Flag : unsigned { has_display = 1, has_tool_name = 2, has_tool_arg = 4 };

std::size_t size_of(const std::optional<std::string>& text) { return text ? text->size() : 0; }
std::string_view view_of(const std::optional<std::string>& text) { return text ? std::string_view(*text) : ""; }

std::optional<std::string> take(Decoder& decoder, bool present) {
  const std::string_view text = decoder.text();
  if (!present) return std::nullopt;
  return std::string(text);
}

crypto::WipedBytes encode(const VersionMetadata& metadata) {
  crypto::WipedBytes out;
  out.reserve(crypto::padme(18 + size_of(metadata.display) + size_of(metadata.tool_name) + size_of(metadata.tool_arg)));
  Encoder encoder(out);
  encoder.u8(metadata_format);
  encoder.u8(static_cast<std::uint8_t>((metadata.display ? has_display : 0U) |
                                       (metadata.tool_name ? has_tool_name : 0U) |
                                       (metadata.tool_arg ? has_tool_arg : 0U)));
  encoder.u32(metadata.value_length);
  encoder.text(view_of(metadata.display));
  encoder.text(view_of(metadata.tool_name));
  encoder.text(view_of(metadata.tool_arg));
  out.resize(crypto::padme(out.size()));
  return out;
}

std::optional<VersionMetadata> decode(ByteView plaintext) {
  Decoder decoder(plaintext);
  if (decoder.u8() != metadata_format) return std::nullopt;
  const unsigned flags = decoder.u8();
  VersionMetadata metadata;
  metadata.value_length = decoder.u32();
  metadata.display = take(decoder, (flags & has_display) != 0);
  metadata.tool_name = take(decoder, (flags & has_tool_name) != 0);
  metadata.tool_arg = take(decoder, (flags & has_tool_arg) != 0);
  if (!ends_padded(decoder, plaintext.size())) return std::nullopt;
  return metadata;
}

}  // namespace

std::optional<VersionRow> parse_version_row(ByteView row) {
  Decoder decoder(row);
  VersionRow parsed;
  if (decoder.u8() != version_row_format) return std::nullopt;
  parsed.header.number = decoder.u32();
  parsed.header.sealed_version = decoder.u32();
  parsed.header.value_since = decoder.i64();
  const std::uint8_t flags = decoder.u8();
  parsed.header.strict = flags == is_strict;
  parsed.header.value_box_size = decoder.u32();
  parsed.value_box = decoder.raw(parsed.header.value_box_size);
  const bool sound = decoder.ok() && flags <= is_strict && parsed.value_box.size() >= crypto::value_box_overhead;
  if (!sound) return std::nullopt;
  parsed.header_bytes = row.first(header_size);
  parsed.metadata_box = decoder.rest();
  return parsed;
}

RowKey version_rows_of(const Uuid& tenant, const Uuid& secret) {
  return RowKey(tenant, RowKind::previous_value).add(secret.view());
}

RowKey version_row_key(const Uuid& tenant, const Uuid& secret, std::uint32_t number) {
  Bytes bytes;
  Encoder(bytes).u32(number);
  return version_rows_of(tenant, secret).add(ByteView(bytes));
}

std::optional<VersionKey> parse_version_key(ByteView rest) {
  Decoder decoder(rest);
  VersionKey key;
  decoder.into(key.secret.bytes);
  key.number = decoder.u32();
  if (!decoder.done()) return std::nullopt;
  return key;
}

Bytes seal_version(const crypto::TenantKeys& keys, const Uuid& secret, const VersionHeader& header, ByteView value_box,
                   const VersionMetadata& metadata) {
  Bytes row;
  Encoder encoder(row);
  encoder.u8(version_row_format);
  encoder.u32(header.number);
  encoder.u32(header.sealed_version);
  encoder.i64(header.value_since);
  encoder.u8(header.strict ? is_strict : std::uint8_t{0});
  encoder.u32(static_cast<std::uint32_t>(value_box.size()));
  const Bytes metadata_box = keys.seal_metadata(secret, row, value_box, encode(metadata).view());
  row.reserve(row.size() + value_box.size() + metadata_box.size());
  encoder.raw(value_box);
  encoder.raw(metadata_box);
  return row;
}

Bytes seal_version(const crypto::TenantKeys& keys, const StoredSecret& secret) {
  VersionHeader header;
  header.number = secret.header.value_version;
  header.sealed_version = secret.header.sealed_version;
  header.value_since = secret.header.value_since;
  header.strict = secret.header.strict;
  VersionMetadata metadata;
  metadata.display = secret.metadata.display;
  metadata.tool_name = secret.metadata.tool_name;
  metadata.tool_arg = secret.metadata.tool_arg;
  metadata.value_length = static_cast<std::uint32_t>(secret.value_size());
  return seal_version(keys, secret.id, header, secret.value_box, metadata);
}

Outcome<StoredVersion> open_version(const MetadataOpener& opener, const Uuid& secret, std::uint32_t number,
                                    ByteView row) {
  const auto parsed = parse_version_row(row);
  if (!parsed || parsed->header.number != number) return altered(secret, "the row of a previous value is incomplete");
  const auto key_id = crypto::metadata_key_of(parsed->metadata_box);
  if (!key_id || opener.ring.find(*key_id) == nullptr) {
    return altered(secret, "the metadata of a previous value names a key that this process does not have");
  }
  const bool has_keys = opener.keys != nullptr && opener.keys->metadata_key_id() == *key_id;
  const auto plaintext =
      has_keys ? opener.keys->open_metadata(secret, parsed->header_bytes, parsed->value_box, parsed->metadata_box)
               : crypto::open_metadata(opener.ring, opener.tenant, secret, parsed->header_bytes, parsed->value_box,
                                       parsed->metadata_box);
  if (!plaintext) return altered(secret, "the row of a previous value was altered");
  auto metadata = decode(plaintext->view());
  if (!metadata) return altered(secret, "the metadata of a previous value has an unknown format");
  return StoredVersion{.header = parsed->header,
                       .metadata = std::move(*metadata),
                       .value_box = parsed->value_box,
                       .metadata_key = *key_id};
}

Task<Outcome<std::vector<VersionPlace>>> previous_values(Transaction& transaction, Uuid tenant, Uuid secret,
                                                         SecretHeader header) {
  std::vector<VersionPlace> places;
  if (header.previous == 0) co_return places;
  const RowKey prefix = version_rows_of(tenant, secret);
  const std::size_t one_more = std::size_t{header.previous} + 1;
  const auto rows = co_await transaction.scan(Table::tenants, prefix.view(), prefix.view(), one_more);
  for (const Row& row : rows) {
    Decoder decoder(row.key.subspan(prefix.view().size()));
    VersionPlace place;
    place.number = decoder.u32();
    place.row = row.value;
    if (!decoder.done()) co_return altered(secret, "the key of a previous value is incomplete");
    places.push_back(place);
  }
  if (places.size() != header.previous) {
    co_return altered(secret, std::string(altered_versions));
  }
  co_return places;
}

}  // namespace tacit::store
