#include "store/rows/signed_row.hpp"

#include <algorithm>

#include "store/rows/signed_memory.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t signature_size = std::tuple_size_v<crypto::Signature>;

bool is_right(const crypto::VerifyingKey& key, std::string_view context, const crypto::Uuid& store, ByteView extra,
              ByteView content, ByteView signature) {
  if (extra.empty()) return key.verify(context, {store.view(), content}, signature);
  return key.verify(context, {store.view(), extra, content}, signature);
}

}  // namespace

void append_row_signature(Bytes& row, std::string_view context, const crypto::SigningKeyring::Entry& signer,
                          const crypto::Uuid& store, ByteView extra) {
  row.insert(row.end(), signer.id.begin(), signer.id.end());
  const crypto::Signature signature = extra.empty() ? signer.key.sign(context, {store.view(), row})
                                                    : signer.key.sign(context, {store.view(), extra, row});
  row.insert(row.end(), signature.begin(), signature.end());
}

RowSignature check_row_signature(ByteView row, std::string_view context, const StoreKeys& keys, ByteView extra) {
  const auto id = signer_of_row(row);
  if (!id) return RowSignature::wrong;
  const crypto::Signer* const signer = keys.signers().find(*id);
  if (signer == nullptr || signer->role != crypto::SigningRole::root) return RowSignature::unknown_signer;
  if (signer->state == crypto::SignerState::retired && !keys.accept_retired) return RowSignature::retired_signer;
  if (keys.memory && keys.memory->knows({crypto::as_bytes(context), extra, row})) return RowSignature::good;
  const ByteView content = row.first(row.size() - signature_size);
  if (!is_right(signer->key, context, keys.store(), extra, content, row.last(signature_size))) {
    return RowSignature::wrong;
  }
  if (keys.memory) keys.memory->learn({crypto::as_bytes(context), extra, row});
  return RowSignature::good;
}

std::optional<crypto::KeyId> signer_of_row(ByteView row) {
  if (row.size() < row_signature_size) return std::nullopt;
  return crypto::leading_id(row.last(row_signature_size));
}

std::string fault_of_signature(RowSignature result, ByteView row) {
  const auto id = signer_of_row(row);
  const std::string signed_by = "is signed by the key " + (id ? crypto::to_hex(*id) : "") + ", which ";
  if (result == RowSignature::unknown_signer) return signed_by + "root-public-keyring does not accept";
  if (result == RowSignature::retired_signer) {
    return signed_by + "was retired: run tacit key rewrap root --accept-retired";
  }
  return "was altered";
}

}  // namespace tacit::store
