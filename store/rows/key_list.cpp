// The store's record of its keys, a row of store/rows/store_meta.hpp.
#include <optional>
#include <span>

#include "crypto/envelope/envelope.hpp"
#include "store/model/failures.hpp"
#include "store/rows/codec.hpp"
#include "store/rows/signed_row.hpp"
#include "store/rows/store_faults.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t first_keys_format = 1;
constexpr std::uint8_t keys_format = 2;
constexpr std::uint8_t signed_keys_format = 3;
constexpr std::string_view signed_keys_context = "tacit signed key list 1";
constexpr std::size_t mac_size = std::tuple_size_v<crypto::Digest>;

Failure its_record(const std::string& fault) { return failed(Errc::integrity, "its record of its keys " + fault); }

Failure was_altered() { return its_record("was altered"); }

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

/// The same for format 3.
std::optional<NamedKeys> decode_signed_keys(ByteView content) {
  Decoder decoder(content);
  NamedKeys named;
  if (decoder.u8() != signed_keys_format) return std::nullopt;
  decoder.into(named.store.bytes);
  named.serial = decoder.u64();
  decode_ids(decoder, named.root);
  decode_ids(decoder, named.metadata);
  decode_ids(decoder, named.signing);
  decode_ids(decoder, named.retired);
  if (!decoder.done() || named.root.empty() || named.metadata.empty() || named.signing.empty()) return std::nullopt;
  return named;
}

Outcome<NamedKeys> read_signed_keys(ByteView row, const StoreKeys& keys) {
  if (row.size() < row_signature_size) return was_altered();
  auto named = decode_signed_keys(row.first(row.size() - row_signature_size));
  if (!named) return was_altered();
  if (named->store != keys.store()) return is_another_store(named->store, keys.store());
  const RowSignature signature = check_row_signature(row, signed_keys_context, keys, {});
  if (signature != RowSignature::good) return its_record(fault_of_signature(signature, row));
  return std::move(*named);
}

/// Formats 1 and 2, which have a MAC.
Outcome<NamedKeys> read_unsigned_keys(ByteView row, const crypto::MetadataKeyring& ring) {
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

}  // namespace

ByteView keys_row_key() { return crypto::as_bytes("keys"); }

Outcome<Bytes> first_keys_value(const StoreKeys& keys) {
  NamedKeys named;
  named.root.push_back(keys.root_public->primary().id);
  named.metadata.push_back(keys.metadata->primary().id);
  return next_keys_value(std::move(named), keys);
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

Bytes keys_value(const NamedKeys& named, const crypto::SigningKeyring::Entry& signer) {
  Bytes value;
  Encoder encoder(value);
  encoder.u8(signed_keys_format);
  encoder.raw(named.store.view());
  encoder.u64(named.serial);
  encode_ids(encoder, named.root);
  encode_ids(encoder, named.metadata);
  encode_ids(encoder, named.signing);
  encode_ids(encoder, named.retired);
  append_row_signature(value, signed_keys_context, signer, named.store, {});
  return value;
}

bool is_signed_key_list(ByteView row) { return !row.empty() && row.front() == signed_keys_format; }

Outcome<Bytes> next_keys_value(NamedKeys named, const StoreKeys& keys) {
  // A signed row stays one, even if this ring does not yet have the primary key.
  const bool is_signed = named.store != crypto::Uuid{};
  if (keys.phase() == crypto::SigningPhase::none && !is_signed) return keys_value(named, *keys.metadata);
  const auto* const signer = keys.root_signer();
  if (signer == nullptr) {
    return failed(Errc::not_allowed, "root-signing-keyring is needed to change the list of keys");
  }
  named.store = keys.store();
  ++named.serial;
  if (named.signing.empty()) named.signing.push_back(signer->id);
  return keys_value(named, *signer);
}

Outcome<NamedKeys> read_named_keys(ByteView row, const StoreKeys& keys) {
  if (is_signed_key_list(row)) return read_signed_keys(row, keys);
  if (keys.refuses_unsigned()) return its_record("is not signed");
  return read_unsigned_keys(row, *keys.metadata);
}

}  // namespace tacit::store
