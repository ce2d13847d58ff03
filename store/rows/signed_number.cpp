#include "store/rows/signed_number.hpp"

#include "store/rows/codec.hpp"
#include "store/rows/signed_row.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t format = 1;

}  // namespace

Bytes signed_number(std::uint64_t number, std::string_view context, const crypto::SigningKeyring::Entry& signer,
                    const crypto::Uuid& store) {
  Bytes value;
  Encoder encoder(value);
  encoder.u8(format);
  encoder.u64(number);
  append_row_signature(value, context, signer, store, {});
  return value;
}

std::optional<std::uint64_t> read_signed_number(ByteView row, std::string_view context, const StoreKeys& keys) {
  if (row.size() < row_signature_size) return std::nullopt;
  Decoder decoder(row.first(row.size() - row_signature_size));
  const bool known = decoder.u8() == format;
  const std::uint64_t number = decoder.u64();
  if (!known || !decoder.done()) return std::nullopt;
  if (check_row_signature(row, context, keys, {}) != RowSignature::good) return std::nullopt;
  return number;
}

}  // namespace tacit::store
