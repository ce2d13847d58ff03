#include "store/rows/rekey_mark.hpp"

#include "store/rows/codec.hpp"
#include "store/rows/signed_row.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::string_view signed_context = "tacit signed rekey 1";

}  // namespace

ByteView rekey_row_key() { return crypto::as_bytes("rekey"); }

Bytes rekey_value(std::int64_t started, const crypto::SigningKeyring::Entry& signer, const crypto::Uuid& store) {
  Bytes value;
  Encoder encoder(value);
  encoder.u8(format);
  encoder.i64(started);
  append_row_signature(value, signed_context, signer, store, {});
  return value;
}

std::optional<std::int64_t> started_of_rekey(ByteView row, const StoreKeys& keys) {
  if (row.size() < row_signature_size) return std::nullopt;
  Decoder decoder(row.first(row.size() - row_signature_size));
  const bool known = decoder.u8() == format;
  const std::int64_t started = decoder.i64();
  if (!known || !decoder.done()) return std::nullopt;
  if (check_row_signature(row, signed_context, keys, {}) != RowSignature::good) return std::nullopt;
  return started;
}

}  // namespace tacit::store
