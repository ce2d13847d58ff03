#include "store/rows/store_meta.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "store/model/failures.hpp"
#include "store/model/store_keys.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/named_primaries.hpp"
#include "store/rows/store_faults.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t store_row_format = 1;

const char* ring_of(KeyKind kind) { return kind == KeyKind::metadata ? "metadata" : "root public"; }

std::string has_as_primary(KeyKind kind, const crypto::KeyId& id) {
  return std::string("the ") + ring_of(kind) + " keyring has the key " + crypto::to_hex(id) + " as primary, ";
}

bool contains(const std::vector<crypto::KeyId>& ids, const crypto::KeyId& id) {
  return std::ranges::find(ids, id) != ids.end();
}

std::string is_retired(KeyKind kind, const crypto::KeyId& primary) {
  return has_as_primary(kind, primary) + "which was retired: it is an old copy";
}

template <class Ring>
Outcome<void> check_ring(const char* name, const Ring& ring, const std::vector<crypto::KeyId>& needed) {
  for (const crypto::KeyId& id : needed) {
    if (ring.find(id) == nullptr) return lacks(name, id);
  }
  return {};
}

/// `row` is the one of the store's id. It is written before the ring gets its primary signing key.
Outcome<void> check_store(const std::optional<ByteView>& row, const StoreKeys& keys) {
  if (!row && (keys.phase() == crypto::SigningPhase::none || keys.accept_unsigned)) return {};
  if (!row) return failed(Errc::integrity, "the store's id is not recorded");
  const auto store = store_of(*row);
  if (!store) return failed(Errc::integrity, "its record of its id was altered");
  if (*store != keys.store()) return is_another_store(*store, keys.store());
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
  if (!decoder.done() || format < first_store_format || format > slots_store_format) return std::nullopt;
  return format;
}

std::uint32_t raised_format(std::uint32_t format, std::uint32_t rows) {
  constexpr std::uint32_t first_with_slots = 4;
  const std::uint32_t with_slots = rows < fifth_rows_format ? first_with_slots : slots_store_format;
  const std::uint32_t needed = has_audit_slots(format) ? with_slots : rows;
  return std::max(format, needed);
}

ByteView rows_row_key() { return crypto::as_bytes("rows"); }

Bytes rows_value(std::uint32_t format) { return {static_cast<std::uint8_t>(format)}; }

std::uint32_t rows_format_of(ByteView row) {
  static constexpr std::array<std::uint8_t, 3> known{2, third_rows_format, fifth_rows_format};
  if (row.size() != 1 || std::ranges::find(known, row.front()) == known.end()) return first_store_format;
  return row.front();
}

ByteView store_row_key() { return crypto::as_bytes("store"); }

Bytes store_value(const crypto::Uuid& store) {
  Bytes value;
  Encoder encoder(value);
  encoder.u8(store_row_format);
  encoder.raw(store.view());
  return value;
}

std::optional<crypto::Uuid> store_of(ByteView row) {
  Decoder decoder(row);
  crypto::Uuid store;
  if (decoder.u8() != store_row_format) return std::nullopt;
  decoder.into(store.bytes);
  if (!decoder.done()) return std::nullopt;
  return store;
}

Outcome<void> check_keys(ByteView row, const StoreKeys& keys) {
  const auto named = read_named_keys(row, keys);
  if (!named) return named.error();
  if (auto fits = check_ring("metadata", *keys.metadata, named->metadata); !fits) return fits;
  if (auto fits = check_ring("root public", *keys.root_public, named->root); !fits) return fits;
  if (keys.root_private) {
    if (auto fits = check_ring("root private", *keys.root_private, named->root); !fits) return fits;
  }
  if (auto fits = check_ring("root public", keys.signers(), named->signing); !fits) return fits;
  for (const KeyKind kind : {KeyKind::metadata, KeyKind::root, KeyKind::signing}) {
    const crypto::KeyId& primary = primary_of(keys, kind);
    if (contains(named->retired, primary)) return failed(Errc::integrity, is_retired(kind, primary));
  }
  return {};
}

Task<std::optional<std::uint32_t>> read_format(Transaction& transaction) {
  const auto row = co_await transaction.get(Table::meta, format_row_key());
  co_return row ? format_of(*row) : std::nullopt;
}

Task<std::uint32_t> rows_format(Transaction& transaction) {
  const auto row = co_await transaction.get(Table::meta, rows_row_key());
  co_return row ? rows_format_of(*row) : first_store_format;
}

namespace {

Task<std::uint32_t> note_rows_format(Transaction& transaction, std::atomic<std::uint32_t>& seen) {
  const std::uint32_t format = co_await rows_format(transaction);
  seen.store(format, std::memory_order_relaxed);
  co_return format;
}

}  // namespace

Task<std::uint32_t> rows_format(Transaction& transaction, std::atomic<std::uint32_t>& seen) {
  const std::uint32_t known = seen.load(std::memory_order_relaxed);
  if (known >= store_format) return known;
  return note_rows_format(transaction, seen);
}

Task<Outcome<void>> check_format(Transaction& transaction) {
  const auto format = co_await transaction.get(Table::meta, format_row_key());
  if (!format) co_return failed(Errc::unavailable, "its format is not recorded");
  co_return check_format(*format);
}

Task<Outcome<void>> check_meta(Transaction& transaction, const StoreKeys& keys) {
  auto known = co_await check_format(transaction);
  if (!known) co_return known;
  const auto store = co_await transaction.get(Table::meta, store_row_key());
  const auto same = check_store(store, keys);
  if (!same) co_return same;
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
  static constexpr crypto::KeyId none{};
  if (kind == KeyKind::root) return keys.root_public->primary().id;
  if (kind == KeyKind::metadata) return keys.metadata->primary().id;
  const crypto::Signer* const signer = keys.signers().primary(crypto::SigningRole::root);
  return signer == nullptr ? none : signer->id;
}

Outcome<void> check_newest(const NamedKeys& named, const StoreKeys& keys, KeyKind kind) {
  const crypto::KeyId& primary = primary_of(keys, kind);
  const std::vector<crypto::KeyId>& ids = named.of(kind);
  if (contains(named.retired, primary)) return failed(Errc::not_allowed, is_retired(kind, primary));
  if (!ids.empty() && ids.front() == primary) return {};
  const std::string has = has_as_primary(kind, primary);
  if (contains(ids, primary)) {
    return failed(Errc::not_allowed,
                  has + "but " + crypto::to_hex(ids.front()) + " was promoted since: it is an old copy");
  }
  return failed(Errc::not_allowed, about_unnamed(kind, primary));
}

Task<Outcome<void>> check_newest(Transaction& transaction, const StoreKeys& keys, KeyKind kind) {
  const auto row = co_await transaction.get(Table::meta, keys_row_key());
  if (!row) co_return failed(Errc::integrity, "the store's keys are not recorded");
  const auto named = read_named_keys(*row, keys);
  if (!named) co_return named.error();
  co_return check_newest(*named, keys, kind);
}

}  // namespace tacit::store
