#include "store/rows/rekey_mark.hpp"

#include "store/rows/signed_number.hpp"

namespace tacit::store {
namespace {

constexpr std::string_view signed_context = "tacit signed rekey 1";

}  // namespace

ByteView rekey_row_key() { return crypto::as_bytes("rekey"); }

Bytes rekey_value(std::int64_t started, const crypto::SigningKeyring::Entry& signer, const crypto::Uuid& store) {
  return signed_number(static_cast<std::uint64_t>(started), signed_context, signer, store);
}

std::optional<std::int64_t> started_of_rekey(ByteView row, const StoreKeys& keys) {
  const auto number = read_signed_number(row, signed_context, keys);
  if (!number) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

}  // namespace tacit::store
