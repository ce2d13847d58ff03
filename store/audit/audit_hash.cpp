#include "store/audit/audit_hash.hpp"

#include <array>

#include "store/audit/audit_key.hpp"

namespace tacit::store {
namespace {

constexpr std::string_view context = "tacit audit 2";

}  // namespace

crypto::Digest audit_hash(const crypto::Digest& previous, std::uint64_t sequence, std::string_view body) {
  return crypto::sha256({previous, audit_key(sequence), crypto::as_bytes(body)});
}

crypto::Digest audit_hash(const crypto::Uuid& store, const AuditMark& before, std::string_view body) {
  const std::uint64_t sequence = before.sequence + 1;
  if (before.slot.is_embedded()) return audit_hash(before.hash, sequence, body);
  const std::array<std::uint8_t, 2> slot{static_cast<std::uint8_t>(before.slot.number >> 8),
                                         static_cast<std::uint8_t>(before.slot.number)};
  return crypto::sha256(
      {crypto::as_bytes(context), store.view(), slot, audit_key(sequence), before.hash, crypto::as_bytes(body)});
}

}  // namespace tacit::store
