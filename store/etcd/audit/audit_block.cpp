#include "store/etcd/audit/audit_block.hpp"

#include <zlib.h>

#include <new>
#include <stdexcept>

#include "store/rows/codec.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::uint8_t last_of_commit = 128;
constexpr std::size_t most_signatures = 3;
constexpr std::size_t signature_size = 1 + 8 + 64;
/// Of 1 to 9. Bodies of a block are alike, so that higher levels cost more time than they save bytes.
constexpr int level = 3;

bool ends_commit(const BlockEntry& entry) { return entry.first != 0 || !entry.signatures.empty(); }

void encode_entry(Encoder<Bytes>& encoder, const BlockEntry& entry) {
  encoder.text(entry.body);
  const auto number = static_cast<std::uint8_t>(entry.signatures.size());
  encoder.u8(ends_commit(entry) ? static_cast<std::uint8_t>(number | last_of_commit) : number);
  if (!ends_commit(entry)) return;
  encoder.u64(entry.first);
  for (const AuditSignature& signature : entry.signatures) {
    encoder.u8(static_cast<std::uint8_t>(signature.role));
    encoder.raw(signature.key);
    encoder.raw(signature.signature);
  }
}

bool is_role(std::uint8_t role) {
  return role >= static_cast<std::uint8_t>(crypto::SigningRole::api) &&
         role <= static_cast<std::uint8_t>(crypto::SigningRole::operators);
}

bool decode_entry(Decoder& decoder, BlockEntry& entry) {
  entry.body = std::string(decoder.text());
  const std::uint8_t mark = decoder.u8();
  const std::size_t number = mark & (last_of_commit - 1U);
  const bool ends = (mark & last_of_commit) != 0;
  if (!decoder.ok() || number > most_signatures || (!ends && number != 0)) return false;
  if (ends) entry.first = decoder.u64();
  for (std::size_t left = number; left > 0; --left) {
    const std::uint8_t role = decoder.u8();
    if (!is_role(role)) return false;
    AuditSignature& signature = entry.signatures.emplace_back();
    signature.role = static_cast<crypto::SigningRole>(role);
    decoder.into(signature.key);
    decoder.into(signature.signature);
  }
  return decoder.ok();
}

Bytes deflated(ByteView plain) {
  uLongf size = ::compressBound(static_cast<uLong>(plain.size()));
  Bytes out(size);
  // Can only fail for want of memory: the buffer has the largest size that is needed.
  const int code = ::compress2(out.data(), &size, plain.data(), static_cast<uLong>(plain.size()), level);
  if (code != Z_OK) throw std::bad_alloc();
  out.resize(size);
  return out;
}

/// Exactly `size` bytes, from exactly these deflated ones; never writes more.
std::optional<Bytes> inflated(ByteView packed, std::size_t size) {
  Bytes out(size);
  uLongf written = static_cast<uLongf>(size);
  uLong read = static_cast<uLong>(packed.size());
  // Fails with Z_BUF_ERROR if there is more than `size`, and with Z_DATA_ERROR if the data are incomplete.
  if (::uncompress2(out.data(), &written, packed.data(), &read) != Z_OK) return std::nullopt;
  if (written != size || read != packed.size()) return std::nullopt;
  return out;
}

bool has_sequences(const AuditBlock& block, std::size_t number) {
  return block.first != 0 && number != 0 && number <= most_block_entries && block.first <= UINT64_MAX - number;
}

}  // namespace

std::size_t block_bytes(const BlockEntry& entry) {
  const std::size_t frame = sizeof(std::uint32_t) + 1;
  const std::size_t commit = ends_commit(entry) ? sizeof entry.first + signature_size * entry.signatures.size() : 0;
  return frame + entry.body.size() + commit;
}

Bytes encode_block(const AuditBlock& block) {
  std::size_t size = 0;
  for (const BlockEntry& entry : block.entries) size += block_bytes(entry);
  if (!has_sequences(block, block.entries.size()) || size > most_block_bytes) {
    throw std::length_error("an audit block has too many entries or bytes");
  }
  Bytes plain;
  plain.reserve(size);
  Encoder entries(plain);
  for (const BlockEntry& entry : block.entries) encode_entry(entries, entry);

  Bytes value;
  Encoder encoder(value);
  encoder.u8(format);
  encoder.raw(block.operation);
  encoder.u16(block.slot.number);
  encoder.u64(block.first);
  encoder.raw(block.previous);
  encoder.u32(static_cast<std::uint32_t>(block.entries.size()));
  encoder.u32(static_cast<std::uint32_t>(plain.size()));
  encoder.raw(deflated(plain));
  return value;
}

std::optional<AuditBlock> decode_block(ByteView value) {
  Decoder decoder(value);
  AuditBlock block;
  if (decoder.u8() != format) return std::nullopt;
  decoder.into(block.operation);
  block.slot.number = decoder.u16();
  block.first = decoder.u64();
  decoder.into(block.previous);
  const std::size_t number = decoder.u32();
  const std::size_t size = decoder.u32();
  if (!decoder.ok() || !is_audit_slot(block.slot.number) || !has_sequences(block, number)) return std::nullopt;
  if (size > most_block_bytes) return std::nullopt;
  const std::optional<Bytes> plain = inflated(decoder.rest(), size);
  if (!plain) return std::nullopt;
  Decoder entries(*plain);
  for (std::size_t left = number; left > 0; --left) {
    if (!decode_entry(entries, block.entries.emplace_back())) return std::nullopt;
  }
  if (!entries.done()) return std::nullopt;
  return block;
}

}  // namespace tacit::store::etcd
