#include "store/verify/row_parts.hpp"

#include "crypto/memory/wiped.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/verify/verify_tenant.hpp"

namespace tacit::store {

KeptRows::KeptRows(const std::vector<Row>& rows) {
  std::size_t size = 0;
  for (const Row& row : rows) size += row.key.size() + row.value.size();
  bytes_.reserve(size);
}

Row KeptRows::keep(const Row& row) {
  const std::size_t at = bytes_.size();
  bytes_.insert(bytes_.end(), row.key.begin(), row.key.end());
  bytes_.insert(bytes_.end(), row.value.begin(), row.value.end());
  const ByteView copy = ByteView(bytes_).subspan(at);
  return {.key = copy.first(row.key.size()), .value = copy.subspan(row.key.size())};
}

void TenantRows::check() {
  for (Each& each : rows) {
    if (each.tenant) each.checked = check_row(*each.tenant, each.key, each.row.value);
  }
  crypto::burn_stack();
}

LogRows::LogRows(const std::vector<Row>& read) : kept(read) {
  rows.reserve(read.size());
  for (const Row& row : read) rows.push_back({.row = kept.keep(row)});
}

void LogRows::check(const crypto::Signers& signers) {
  for (Each& each : rows) {
    const auto entry = parse_audit_row(each.row);
    if (!entry) continue;
    for (const AuditSignature& signature : entry->signatures) {
      each.right.push_back(is_right_signature(signers, entry->mark(), entry->first, signature));
    }
  }
}

}  // namespace tacit::store
