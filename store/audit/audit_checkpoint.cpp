#include "store/audit/audit_checkpoint.hpp"

#include <algorithm>

#include "crypto/envelope.hpp"
#include "crypto/keyring.hpp"
#include "store/model/failures.hpp"
#include "store/rows/codec.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::string_view purpose = "audit checkpoint";
constexpr std::size_t mac_size = std::tuple_size_v<crypto::Digest>;

}  // namespace

ByteView checkpoint_key() { return crypto::as_bytes("audit checkpoint"); }

Bytes encode_checkpoint(const AuditCheckpoint& checkpoint, const crypto::MetadataKeyring& ring) {
  const crypto::KeyId key = ring.primary().id;
  Bytes row;
  Encoder encoder(row);
  encoder.u8(format);
  encoder.u64(checkpoint.through.sequence);
  encoder.raw(checkpoint.through.hash);
  encoder.i64(checkpoint.pruned_at);
  encoder.text(checkpoint.pruned_by);
  encoder.raw(key);
  encoder.raw(*crypto::store_record_mac(ring, key, purpose, row));  // the key is in the ring
  return row;
}

std::optional<crypto::KeyId> metadata_key_of_checkpoint(ByteView row) {
  crypto::KeyId id{};
  if (row.size() < id.size() + mac_size || row.front() != format) return std::nullopt;
  const ByteView named = row.subspan(row.size() - mac_size - id.size(), id.size());
  std::copy(named.begin(), named.end(), id.begin());
  return id;
}

std::optional<AuditCheckpoint> decode_checkpoint(ByteView row, const crypto::MetadataKeyring& ring) {
  AuditCheckpoint checkpoint;
  crypto::KeyId key{};
  Decoder decoder(row);
  const bool known = decoder.u8() == format;
  checkpoint.through.sequence = decoder.u64();
  decoder.into(checkpoint.through.hash);
  checkpoint.pruned_at = decoder.i64();
  checkpoint.pruned_by = decoder.text();
  decoder.into(key);
  const ByteView mac = decoder.raw(mac_size);
  if (!known || !decoder.done()) return std::nullopt;
  const auto expected = crypto::store_record_mac(ring, key, purpose, row.first(row.size() - mac_size));
  if (!expected || !crypto::equal_constant_time(*expected, mac)) return std::nullopt;
  return checkpoint;
}

Task<Outcome<std::optional<AuditCheckpoint>>> load_checkpoint(Transaction& transaction,
                                                              const crypto::MetadataKeyring& ring) {
  using Loaded = std::optional<AuditCheckpoint>;
  const auto row = co_await transaction.get(Table::meta, checkpoint_key());
  if (!row) co_return Loaded();
  Loaded checkpoint = decode_checkpoint(*row, ring);
  if (!checkpoint) co_return altered({}, "the audit log's record of pruned entries was altered");
  co_return checkpoint;
}

Task<Outcome<void>> renew_checkpoint(Transaction& transaction, const crypto::MetadataKeyring& ring) {
  const auto row = co_await transaction.get(Table::meta, checkpoint_key());
  if (!row || metadata_key_of_checkpoint(*row) == ring.primary().id) co_return Outcome<void>();
  const auto checkpoint = co_await load_checkpoint(transaction, ring);
  if (!checkpoint) co_return checkpoint.error();
  transaction.put(Table::meta, checkpoint_key(), encode_checkpoint(**checkpoint, ring));
  co_return Outcome<void>();
}

}  // namespace tacit::store
