#include "store/meta.hpp"

#include "crypto/envelope.hpp"
#include "store/codec.hpp"
#include "store/failures.hpp"
#include "store/store.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t keys_format = 1;
constexpr std::size_t mac_size = std::tuple_size_v<crypto::Digest>;

Failure lacks(const char* ring, const crypto::KeyId& id) {
  return failed(Errc::integrity, std::string("the ") + ring + " keyring does not hold the key " + crypto::to_hex(id) +
                                     " that this store was made with");
}

Outcome<void> check_format(ByteView row) {
  Decoder decoder(row);
  const std::uint32_t format = decoder.u32();
  if (decoder.done() && format == store_format) return {};
  return failed(Errc::unavailable, "it is of a format that this version does not know");
}

}  // namespace

ByteView format_key() { return crypto::as_bytes("format"); }

Bytes format_value() {
  Bytes value;
  Encoder(value).u32(store_format);
  return value;
}

ByteView keys_key() { return crypto::as_bytes("keys"); }

Bytes keys_value(const StoreKeys& keys) {
  const crypto::KeyId metadata_key = keys.metadata->primary().id;
  Bytes value;
  Encoder encoder(value);
  encoder.u8(keys_format);
  encoder.raw(keys.root_public->primary().id);
  encoder.raw(metadata_key);
  encoder.raw(*crypto::store_record_mac(*keys.metadata, metadata_key, "store keys", value));  // the key is in the ring
  return value;
}

Outcome<void> check_keys(ByteView row, const StoreKeys& keys) {
  Decoder decoder(row);
  crypto::KeyId root_key{};
  crypto::KeyId metadata_key{};
  const bool known = decoder.u8() == keys_format;
  decoder.into(root_key);
  decoder.into(metadata_key);
  const ByteView mac = decoder.raw(mac_size);
  if (!known || !decoder.done()) return failed(Errc::integrity, "its record of the keys it was made with was altered");
  if (keys.metadata->find(metadata_key) == nullptr) return lacks("metadata", metadata_key);
  const auto expected =
      crypto::store_record_mac(*keys.metadata, metadata_key, "store keys", row.first(row.size() - mac_size));
  if (!expected || !crypto::equal_constant_time(*expected, mac)) {
    return failed(Errc::integrity, "its record of the keys it was made with was altered");
  }
  if (keys.root_public->find(root_key) == nullptr) return lacks("root public", root_key);
  if (keys.root_private && keys.root_private->find(root_key) == nullptr) return lacks("root private", root_key);
  return {};
}

Task<Outcome<void>> check_format(Transaction& transaction) {
  const auto format = co_await transaction.get(Table::meta, format_key());
  if (!format) co_return failed(Errc::unavailable, "it does not say which format it is of");
  co_return check_format(*format);
}

Task<Outcome<void>> check_meta(Transaction& transaction, const StoreKeys& keys) {
  auto known = co_await check_format(transaction);
  if (!known) co_return known;
  const auto row = co_await transaction.get(Table::meta, keys_key());
  if (!row) co_return failed(Errc::integrity, "it does not say which keys it was made with");
  co_return check_keys(*row, keys);
}

}  // namespace tacit::store
