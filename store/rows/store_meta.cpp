#include "store/rows/store_meta.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "crypto/envelope.hpp"
#include "store/model/failures.hpp"
#include "store/model/store_keys.hpp"
#include "store/rows/codec.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t first_keys_format = 1;
constexpr std::uint8_t keys_format = 2;
constexpr std::size_t mac_size = std::tuple_size_v<crypto::Digest>;

Failure lacks(const char* ring, const crypto::KeyId& id) {
  return failed(Errc::integrity, std::string("the ") + ring + " keyring does not hold the key " + crypto::to_hex(id) +
                                     " that this store was made with");
}

Failure was_altered() { return failed(Errc::integrity, "its record of its keys was altered"); }

const char* ring_of(KeyKind kind) { return kind == KeyKind::root ? "root public" : "metadata"; }

std::string has_as_primary(KeyKind kind, const crypto::KeyId& id) {
  return std::string("the ") + ring_of(kind) + " keyring has the key " + crypto::to_hex(id) + " as primary, ";
}

bool contains(const std::vector<crypto::KeyId>& ids, const crypto::KeyId& id) {
  return std::ranges::find(ids, id) != ids.end();
}

std::string is_retired(KeyKind kind, const crypto::KeyId& primary) {
  return has_as_primary(kind, primary) + "which was retired: it is an old copy";
}

void encode_ids(Encoder<Bytes>& encoder, std::span<const crypto::KeyId> ids) {
  encoder.u16(static_cast<std::uint16_t>(ids.size()));
  for (const crypto::KeyId& id : ids) encoder.raw(id);
}

void decode_ids(Decoder& decoder, std::vector<crypto::KeyId>& ids) {
  for (std::size_t left = decoder.u16(); left > 0 && decoder.ok(); --left) decoder.into(ids.emplace_back());
}

/// std::nullopt if the row is incomplete. Verifies nothing.
std::optional<NamedKeys> decode_named_keys(ByteView content) {
  Decoder decoder(content);
  NamedKeys named;
  const std::uint8_t format = decoder.u8();
  if (format != first_keys_format && format != keys_format) return std::nullopt;
  decoder.into(named.root.emplace_back());
  decoder.into(named.metadata.emplace_back());
  if (format == keys_format) {
    decode_ids(decoder, named.root);
    decode_ids(decoder, named.metadata);
    decode_ids(decoder, named.retired);
  }
  if (!decoder.done()) return std::nullopt;
  return named;
}

template <class Ring>
Outcome<void> check_ring(const char* name, const Ring& ring, const std::vector<crypto::KeyId>& needed) {
  for (const crypto::KeyId& id : needed) {
    if (ring.find(id) == nullptr) return lacks(name, id);
  }
  return {};
}

Outcome<void> check_format(ByteView row) {
  if (format_of(row)) return {};
  return failed(Errc::unavailable, "it is of a format that this version does not know");
}

}  // namespace

ByteView format_row_key() { return crypto::as_bytes("format"); }

Bytes format_value(std::uint32_t format) {
  Bytes value;
  Encoder(value).u32(format);
  return value;
}

std::optional<std::uint32_t> format_of(ByteView row) {
  Decoder decoder(row);
  const std::uint32_t format = decoder.u32();
  if (!decoder.done() || format < first_store_format || format > store_format) return std::nullopt;
  return format;
}

ByteView rows_row_key() { return crypto::as_bytes("rows"); }

Bytes rows_value() { return {static_cast<std::uint8_t>(store_format)}; }

ByteView keys_row_key() { return crypto::as_bytes("keys"); }

Bytes keys_value(const StoreKeys& keys) {
  return keys_value({{keys.root_public->primary().id}, {keys.metadata->primary().id}, {}}, *keys.metadata);
}

Bytes keys_value(const NamedKeys& named, const crypto::MetadataKeyring& ring) {
  const auto further = [](const std::vector<crypto::KeyId>& ids) { return std::span(ids).subspan(1); };
  const bool simple = named.root.size() == 1 && named.metadata.size() == 1 && named.retired.empty();
  Bytes value;
  Encoder encoder(value);
  encoder.u8(simple ? first_keys_format : keys_format);
  encoder.raw(named.root.front());
  encoder.raw(named.metadata.front());
  if (!simple) {
    encode_ids(encoder, further(named.root));
    encode_ids(encoder, further(named.metadata));
    encode_ids(encoder, named.retired);
  }
  encoder.raw(*crypto::store_record_mac(ring, named.metadata.front(), "store keys", value));  // the key is in the ring
  return value;
}

Outcome<NamedKeys> read_named_keys(ByteView row, const crypto::MetadataKeyring& ring) {
  if (row.size() < mac_size) return was_altered();
  const ByteView content = row.first(row.size() - mac_size);
  auto named = decode_named_keys(content);
  if (!named) return was_altered();
  const crypto::KeyId& first = named->metadata.front();
  if (ring.find(first) == nullptr) return lacks("metadata", first);
  const auto expected = crypto::store_record_mac(ring, first, "store keys", content);
  if (!expected || !crypto::equal_constant_time(*expected, row.last(mac_size))) return was_altered();
  return std::move(*named);
}

Outcome<void> check_keys(ByteView row, const StoreKeys& keys) {
  const auto named = read_named_keys(row, *keys.metadata);
  if (!named) return named.error();
  if (auto fits = check_ring("metadata", *keys.metadata, named->metadata); !fits) return fits;
  if (auto fits = check_ring("root public", *keys.root_public, named->root); !fits) return fits;
  if (keys.root_private) {
    if (auto fits = check_ring("root private", *keys.root_private, named->root); !fits) return fits;
  }
  for (const KeyKind kind : {KeyKind::metadata, KeyKind::root}) {
    const crypto::KeyId& primary = primary_of(keys, kind);
    if (contains(named->retired, primary)) return failed(Errc::integrity, is_retired(kind, primary));
  }
  return {};
}

Task<std::optional<std::uint32_t>> read_format(Transaction& transaction) {
  const auto row = co_await transaction.get(Table::meta, format_row_key());
  co_return row ? format_of(*row) : std::nullopt;
}

Task<bool> takes_new_rows(Transaction& transaction) {
  const auto row = co_await transaction.get(Table::meta, rows_row_key());
  co_return row.has_value() && std::ranges::equal(*row, rows_value());
}

Task<Outcome<void>> check_format(Transaction& transaction) {
  const auto format = co_await transaction.get(Table::meta, format_row_key());
  if (!format) co_return failed(Errc::unavailable, "its format is not recorded");
  co_return check_format(*format);
}

Task<Outcome<void>> check_meta(Transaction& transaction, const StoreKeys& keys) {
  auto known = co_await check_format(transaction);
  if (!known) co_return known;
  const auto row = co_await transaction.get(Table::meta, keys_row_key());
  if (!row) co_return failed(Errc::integrity, "its keys are not recorded");
  co_return check_keys(*row, keys);
}

Task<Outcome<void>> check_primaries(Transaction& transaction, const StoreKeys& keys) {
  const auto row = co_await transaction.get(Table::meta, keys_row_key());
  if (!row) co_return failed(Errc::unavailable, "the store's keys are not recorded");
  const auto fits = check_keys(*row, keys);
  if (!fits) co_return failed(Errc::unavailable, fits.error().subject);
  co_return Outcome<void>();
}

const crypto::KeyId& primary_of(const StoreKeys& keys, KeyKind kind) {
  return kind == KeyKind::root ? keys.root_public->primary().id : keys.metadata->primary().id;
}

Outcome<void> check_newest(const NamedKeys& named, const StoreKeys& keys, KeyKind kind) {
  const crypto::KeyId& primary = primary_of(keys, kind);
  const std::vector<crypto::KeyId>& ids = named.of(kind);
  if (contains(named.retired, primary)) return failed(Errc::not_allowed, is_retired(kind, primary));
  if (ids.front() == primary) return {};
  const std::string has = has_as_primary(kind, primary);
  if (contains(ids, primary)) {
    return failed(Errc::not_allowed,
                  has + "but " + crypto::to_hex(ids.front()) + " was promoted since: it is an old copy");
  }
  return failed(Errc::not_allowed, has + "which the store does not name; run: tacit key rewrap " + to_string(kind));
}

Task<Outcome<void>> check_newest(Transaction& transaction, const StoreKeys& keys, KeyKind kind) {
  const auto row = co_await transaction.get(Table::meta, keys_row_key());
  if (!row) co_return failed(Errc::integrity, "the store's keys are not recorded");
  const auto named = read_named_keys(*row, *keys.metadata);
  if (!named) co_return named.error();
  co_return check_newest(*named, keys, kind);
}

}  // namespace tacit::store
