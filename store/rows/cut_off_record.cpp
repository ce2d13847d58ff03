#include "store/rows/cut_off_record.hpp"

#include "store/rows/signed_number.hpp"

namespace tacit::store {
namespace {

constexpr std::string_view signed_context = "tacit signed cut-off 1";

}  // namespace

ByteView cut_off_row_key() { return crypto::as_bytes("cut-off"); }

Bytes cut_off_value(std::uint64_t sequence, const crypto::SigningKeyring::Entry& signer, const crypto::Uuid& store) {
  return signed_number(sequence, signed_context, signer, store);
}

std::optional<std::uint64_t> cut_off_of(ByteView row, const StoreKeys& keys) {
  return read_signed_number(row, signed_context, keys);
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
