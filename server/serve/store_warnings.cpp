#include "server/serve/store_warnings.hpp"

namespace tacit::server {

std::vector<std::string> store_warnings(const StoreFindings& found) {
  std::vector<std::string> warnings;
  if (found.changed_entry) {
    warnings.push_back("the audit log was rewritten: entry " + std::to_string(*found.changed_entry) +
                       (found.changed_is_unsigned ? " is not signed" : " is not the one that this process saw") +
                       "; run tacit audit verify");
  }
  const bool is_signed = found.phase != crypto::SigningPhase::none;
  if (is_signed && found.makes_first_writes && found.prekeys && *found.prekeys < found.prekeys_low) {
    warnings.push_back("only " + std::to_string(*found.prekeys) +
                       " key pairs are ready for new tenants: the tool plane makes them; see tacit key prekeys");
  }
  if (!is_signed) {
    warnings.emplace_back("tenants' keys and the audit log are not signed: run tacit key add signing");
  }
  if (found.phase == crypto::SigningPhase::signing && found.unsigned_tenants.value_or(0) > 0) {
    warnings.push_back(std::to_string(*found.unsigned_tenants) +
                       " tenants' keys are not signed: run tacit tenant rekey --all");
  }
  return warnings;
}

}  // namespace tacit::server
