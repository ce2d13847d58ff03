#include "store/tenant_changes.hpp"

#include <string>
#include <string_view>

#include "store/audit_log.hpp"

namespace tacit::store {
namespace {

bool contains(std::string_view body, std::string_view part) { return body.find(part) != std::string_view::npos; }

/// As it stands in a body, but for the first.
std::string field(std::string_view name, std::string_view value) {
  return std::string(R"(,")").append(name).append(R"(":")").append(value).append(R"(")");
}

/// Texts of clients are escaped in a body, so none can look like a field of it. What is no change is known; everything
/// else counts as one.
bool tells_of_change(std::string_view body, std::string_view of_tenant) {
  if (!contains(body, of_tenant)) return false;
  static const std::string done = field("outcome", name_of(AuditOutcome::ok));
  static const std::string release = field("action", row_of(AuditAction::secret_release).name);
  return contains(body, done) && !contains(body, release);
}

}  // namespace

Task<Outcome<void>> TenantChanges::begin(Transaction& transaction) {
  if (seen_) co_return Outcome<void>();
  const auto newest = co_await newest_audit_mark(transaction);
  if (!newest) co_return newest.error();
  seen_ = newest->sequence;
  co_return Outcome<void>();
}

Task<TenantChanges::Since> TenantChanges::look(Transaction& transaction, std::size_t most) {
  const auto start = audit_key(*seen_ + 1);
  const auto rows = co_await transaction.scan(Table::audit, {}, start, most);
  const std::string of_tenant = field("tenant", tenant_.str());
  std::uint64_t seen = *seen_;
  for (const Row& row : rows) {
    const auto entry = parse_audit_row(row);
    if (!entry || entry->sequence != seen + 1 || tells_of_change(entry->body, of_tenant)) co_return Since::something;
    ++seen;
  }
  seen_ = seen;
  co_return rows.size() < most ? Since::nothing : Since::more;
}

}  // namespace tacit::store
