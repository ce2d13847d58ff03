#include "store/rows/cut_off_record.hpp"

#include "store/rows/codec.hpp"
#include "store/rows/signed_row.hpp"

namespace tacit::store {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::string_view signed_context = "tacit signed cut-off 1";

}  // namespace

ByteView cut_off_row_key() { return crypto::as_bytes("cut-off"); }

Bytes cut_off_value(std::uint64_t sequence, const crypto::SigningKeyring::Entry& signer, const crypto::Uuid& store) {
  Bytes value;
  Encoder encoder(value);
  encoder.u8(format);
  encoder.u64(sequence);
  append_row_signature(value, signed_context, signer, store, {});
  return value;
}

std::optional<std::uint64_t> cut_off_of(ByteView row, const StoreKeys& keys) {
  if (row.size() < row_signature_size) return std::nullopt;
  Decoder decoder(row.first(row.size() - row_signature_size));
  const bool known = decoder.u8() == format;
  const std::uint64_t sequence = decoder.u64();
  if (!known || !decoder.done()) return std::nullopt;
  if (check_row_signature(row, signed_context, keys, {}) != RowSignature::good) return std::nullopt;
  return sequence;
}

std::optional<std::string> fault_of_cut_off(const crypto::Signers& signers, std::optional<std::uint64_t> recorded,
                                            std::optional<std::uint64_t> newest) {
  const std::optional<std::uint64_t> present = signers.cut_off();
  const std::string before = recorded ? std::to_string(*recorded) : std::string();
  if (recorded && !present) {
    return "root-public-keyring lacks its line cut-off " + before +
           ", so signatures are not required: put it back, and reload the servers";
  }
  if (recorded && *present > *recorded) {
    return "root-public-keyring has cut-off " + std::to_string(*present) + " instead of " + before +
           ", so signatures before it are not required: put " + before + " back, and reload the servers";
  }
  if (!present || !newest || *present <= *newest + 1) return std::nullopt;
  return "the cut-off in root-public-keyring is audit entry " + std::to_string(*present) + ", but the newest is " +
         std::to_string(*newest) + ", so no entry before it needs a signature: run tacit tenant rekey --all";
}

}  // namespace tacit::store
