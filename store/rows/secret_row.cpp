#include "store/rows/secret_row.hpp"

#include "store/model/failures.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::size_t header_size = 29;

}  // namespace

std::optional<SecretRow> parse_secret_row(ByteView row) {
  Decoder decoder(row);
  SecretRow parsed;
  if (decoder.u8() != format) return std::nullopt;
  parsed.header.value_version = decoder.u32();
  parsed.header.created_at = decoder.i64();
  parsed.header.updated_at = decoder.i64();
  parsed.header.accounted = decoder.u32();
  parsed.header.value_box_size = decoder.u32();
  parsed.value_box = decoder.raw(parsed.header.value_box_size);
  if (!decoder.ok() || parsed.value_box.size() < crypto::value_box_overhead) return std::nullopt;
  parsed.header_bytes = row.first(header_size);
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
  auto metadata = decode_metadata(plaintext->view());
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

Bytes seal_secret(const crypto::TenantKeys& keys, const crypto::Uuid& id, SecretHeader header, ByteView value_box,
                  const Metadata& metadata) {
  Bytes row;
  Encoder encoder(row);
  encoder.u8(format);
  encoder.u32(header.value_version);
  encoder.i64(header.created_at);
  encoder.i64(header.updated_at);
  encoder.u32(header.accounted);
  encoder.u32(static_cast<std::uint32_t>(value_box.size()));
  const Bytes metadata_box = keys.seal_metadata(id, row, value_box, encode_metadata(metadata).view());
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
                    .updated_at = header.updated_at};
}

}  // namespace tacit::store
