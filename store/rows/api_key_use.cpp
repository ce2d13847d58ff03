#include "store/rows/api_key_use.hpp"

#include <algorithm>

#include "crypto/envelope/envelope.hpp"
#include "store/rows/codec.hpp"

namespace tacit::store {
namespace {

constexpr std::string_view prefix = "use ";
constexpr std::uint8_t format = 1;
constexpr std::size_t head_size = 1 + 8;
constexpr std::size_t mac_size = 16;

bool has_mac(std::string_view id, ByteView row, const crypto::KeyId& metadata_key,
             const crypto::MetadataKeyring& ring) {
  Bytes guarded;
  Encoder encoder(guarded);
  encoder.text(id);
  encoder.raw(row.first(head_size));
  const auto mac = crypto::store_record_mac(ring, metadata_key, "api key use", guarded);
  return mac && crypto::equal_constant_time(ByteView(*mac).first(mac_size), row.last(mac_size));
}

}  // namespace

ByteView api_key_use_prefix() { return crypto::as_bytes(prefix); }

Bytes api_key_use_row_key(std::string_view id) {
  Bytes key;
  Encoder encoder(key);
  encoder.raw(api_key_use_prefix());
  encoder.raw(crypto::as_bytes(id));
  return key;
}

std::string_view api_key_of_use(ByteView row_key) {
  const std::string_view text = crypto::as_text(row_key);
  return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string_view();
}

Bytes encode_api_key_use(std::string_view id, std::int64_t at, const crypto::MetadataKeyring& ring) {
  Bytes row;
  Encoder encoder(row);
  encoder.u8(format);
  encoder.i64(at);
  Bytes guarded;
  Encoder guarding(guarded);
  guarding.text(id);
  guarding.raw(row);
  const auto mac = crypto::store_record_mac(ring, ring.primary().id, "api key use", guarded);
  encoder.raw(ByteView(*mac).first(mac_size));  // the key is in the ring
  return row;
}

std::optional<std::int64_t> decode_api_key_use(std::string_view id, ByteView row, const crypto::MetadataKeyring& ring) {
  if (row.size() != head_size + mac_size || row.front() != format) return std::nullopt;
  const bool good = std::ranges::any_of(
      ring.entries(), [&](const crypto::MetadataKeyring::Entry& entry) { return has_mac(id, row, entry.id, ring); });
  if (!good) return std::nullopt;
  Decoder decoder(row.subspan(1));
  return decoder.i64();
}

Task<std::optional<std::int64_t>> read_api_key_use(Transaction& transaction, const crypto::MetadataKeyring& ring,
                                                   std::string_view id) {
  const Bytes key = api_key_use_row_key(id);
  const auto row = co_await transaction.get(Table::meta, key);
  if (!row) co_return std::optional<std::int64_t>();
  co_return decode_api_key_use(id, *row, ring);
}

void put_api_key_use(Transaction& transaction, const crypto::MetadataKeyring& ring, std::string_view id,
                     std::int64_t at) {
  transaction.put(Table::meta, api_key_use_row_key(id), encode_api_key_use(id, at, ring));
}

void erase_api_key_use(Transaction& transaction, std::string_view id) {
  transaction.erase(Table::meta, api_key_use_row_key(id));
}

}  // namespace tacit::store
