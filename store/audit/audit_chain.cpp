#include "store/audit/audit_chain.hpp"

#include <utility>

#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_log.hpp"

namespace tacit::store {

std::optional<std::string> AuditChain::follow(const AuditMark& mark, std::string_view body) {
  const auto number = [&mark](std::uint64_t sequence) { return name_of_entry(mark.slot, sequence); };
  if (mark.sequence <= last_.sequence) {
    return "audit entry " + number(mark.sequence) + " is stored although the log was pruned through " +
           number(last_.sequence);
  }
  const AuditMark before = std::exchange(last_, mark);
  if (mark.sequence != before.sequence + 1) {
    return "audit entries are missing: " + number(before.sequence) + " is followed by " + number(mark.sequence);
  }
  if (mark.hash == audit_hash(store_, before, body)) return std::nullopt;
  return "audit entry " + number(mark.sequence) + " does not match its hash and the previous entry";
}

}  // namespace tacit::store
