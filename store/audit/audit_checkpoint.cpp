#include "store/audit/audit_checkpoint.hpp"

#include <algorithm>

#include "crypto/envelope/envelope.hpp"
#include "crypto/keyrings/keyring.hpp"
#include "store/model/failures.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/signed_row.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::uint8_t signed_format = 2;
constexpr std::string_view purpose = "audit checkpoint";
constexpr std::string_view signed_context = "tacit signed checkpoint 1";
constexpr std::size_t mac_size = std::tuple_size_v<crypto::Digest>;

// The fields that both formats have.
Bytes encode_fields(std::uint8_t row_format, const AuditCheckpoint& checkpoint) {
  Bytes row;
  Encoder encoder(row);
  encoder.u8(row_format);
  encoder.u64(checkpoint.through.sequence);
  encoder.raw(checkpoint.through.hash);
  encoder.i64(checkpoint.pruned_at);
  encoder.text(checkpoint.pruned_by);
  return row;
}

AuditCheckpoint decode_fields(Decoder& decoder, AuditSlot slot) {
  AuditCheckpoint checkpoint;
  checkpoint.through.slot = slot;
  checkpoint.through.sequence = decoder.u64();
  decoder.into(checkpoint.through.hash);
  checkpoint.pruned_at = decoder.i64();
  checkpoint.pruned_by = decoder.text();
  return checkpoint;
}

/// The two bytes of a slot beside 0; empty for slot 0.
Bytes bytes_of(AuditSlot slot) {
  Bytes bytes;
  if (!slot.is_embedded()) Encoder(bytes).u16(slot.number);
  return bytes;
}

std::string purpose_of(AuditSlot slot) {
  const Bytes bytes = bytes_of(slot);
  return std::string(purpose).append(crypto::as_text(bytes));
}

std::optional<AuditCheckpoint> decode_with_mac(ByteView row, const crypto::MetadataKeyring& ring, AuditSlot slot) {
  Decoder decoder(row);
  const bool known = decoder.u8() == format;
  AuditCheckpoint checkpoint = decode_fields(decoder, slot);
  crypto::KeyId key{};
  decoder.into(key);
  const ByteView mac = decoder.raw(mac_size);
  if (!known || !decoder.done()) return std::nullopt;
  const auto expected = crypto::store_record_mac(ring, key, purpose_of(slot), row.first(row.size() - mac_size));
  if (!expected || !crypto::equal_constant_time(*expected, mac)) return std::nullopt;
  return checkpoint;
}

std::optional<AuditCheckpoint> decode_signed(ByteView row, const StoreKeys& keys, AuditSlot slot) {
  const Bytes extra = bytes_of(slot);
  if (check_row_signature(row, signed_context, keys, extra) != RowSignature::good) return std::nullopt;
  Decoder decoder(row.first(row.size() - row_signature_size));
  const bool known = decoder.u8() == signed_format;
  AuditCheckpoint checkpoint = decode_fields(decoder, slot);
  if (!known || !decoder.done()) return std::nullopt;
  return checkpoint;
}

}  // namespace

ByteView checkpoint_key() { return crypto::as_bytes(purpose); }

Bytes checkpoint_key(AuditSlot slot) {
  const std::string key = purpose_of(slot);
  return {key.begin(), key.end()};
}

std::optional<AuditSlot> slot_of_checkpoint(ByteView key) {
  if (!crypto::as_text(key).starts_with(purpose)) return std::nullopt;
  Decoder rest(key.subspan(purpose.size()));
  if (key.size() == purpose.size()) return AuditSlot();
  const AuditSlot slot{rest.u16()};
  if (!rest.done() || slot.is_embedded() || !is_audit_slot(slot.number)) return std::nullopt;
  return slot;
}

Bytes encode_checkpoint(const AuditCheckpoint& checkpoint, const crypto::MetadataKeyring& ring) {
  const crypto::KeyId key = ring.primary().id;
  Bytes row = encode_fields(format, checkpoint);
  Encoder encoder(row);
  encoder.raw(key);
  encoder.raw(
      *crypto::store_record_mac(ring, key, purpose_of(checkpoint.through.slot), row));  // the key is in the ring
  return row;
}

Bytes encode_checkpoint(const AuditCheckpoint& checkpoint, const crypto::SigningKeyring::Entry& signer,
                        const crypto::Uuid& store) {
  Bytes row = encode_fields(signed_format, checkpoint);
  append_row_signature(row, signed_context, signer, store, bytes_of(checkpoint.through.slot));
  return row;
}

Outcome<Bytes> encode_checkpoint(const AuditCheckpoint& checkpoint, const StoreKeys& keys) {
  if (keys.phase() == crypto::SigningPhase::none) return encode_checkpoint(checkpoint, *keys.metadata);
  const auto* const signer = keys.root_signer();
  if (signer == nullptr) return failed(Errc::not_allowed, "root-signing-keyring is needed to prune the audit log");
  return encode_checkpoint(checkpoint, *signer, keys.store());
}

bool is_signed_checkpoint(ByteView row) { return !row.empty() && row.front() == signed_format; }

std::optional<crypto::KeyId> metadata_key_of_checkpoint(ByteView row) {
  crypto::KeyId id{};
  if (row.size() < id.size() + mac_size || row.front() != format) return std::nullopt;
  const ByteView named = row.subspan(row.size() - mac_size - id.size(), id.size());
  std::copy(named.begin(), named.end(), id.begin());
  return id;
}

std::optional<AuditCheckpoint> decode_checkpoint(ByteView row, const StoreKeys& keys, AuditSlot slot) {
  if (is_signed_checkpoint(row)) return decode_signed(row, keys, slot);
  if (keys.refuses_unsigned()) return std::nullopt;
  return decode_with_mac(row, *keys.metadata, slot);
}

Task<Outcome<std::optional<AuditCheckpoint>>> load_checkpoint(Transaction& transaction, const StoreKeys& keys,
                                                              AuditSlot slot) {
  using Loaded = std::optional<AuditCheckpoint>;
  const Bytes key = checkpoint_key(slot);
  const auto row = co_await transaction.get(Table::meta, key);
  if (!row) co_return Loaded();
  Loaded checkpoint = decode_checkpoint(*row, keys, slot);
  if (!checkpoint) co_return altered({}, "the audit log's record of pruned entries was altered");
  co_return checkpoint;
}

Task<std::vector<AuditSlot>> checkpoint_slots(Transaction& transaction) {
  constexpr std::size_t most = 3 * slots_of_owner + 1;
  const ByteView prefix = checkpoint_key();
  const auto rows = co_await transaction.scan(Table::meta, prefix, prefix, most);
  std::vector<AuditSlot> slots;
  for (const Row& row : rows) {
    if (const auto slot = slot_of_checkpoint(row.key)) slots.push_back(*slot);
  }
  co_return slots;
}

namespace {

Task<Outcome<void>> renew_checkpoint(Transaction& transaction, const StoreKeys& keys, AuditSlot slot) {
  const Bytes key = checkpoint_key(slot);
  const auto row = co_await transaction.get(Table::meta, key);
  if (!row || is_signed_checkpoint(*row)) co_return Outcome<void>();
  if (metadata_key_of_checkpoint(*row) == keys.metadata->primary().id) co_return Outcome<void>();
  const auto checkpoint = co_await load_checkpoint(transaction, keys, slot);
  if (!checkpoint) co_return checkpoint.error();
  transaction.put(Table::meta, key, encode_checkpoint(**checkpoint, *keys.metadata));
  co_return Outcome<void>();
}

}  // namespace

Task<Outcome<void>> renew_checkpoint(Transaction& transaction, const StoreKeys& keys) {
  const auto slots = co_await checkpoint_slots(transaction);
  for (const AuditSlot slot : slots) {
    const auto renewed = co_await renew_checkpoint(transaction, keys, slot);
    if (!renewed) co_return renewed.error();
  }
  co_return Outcome<void>();
}

}  // namespace tacit::store
