#include "server/serve/store_warnings.hpp"

namespace tacit::server {

using crypto::SigningPhase;

std::string rewritten_log_warning(const std::string& entry, bool is_unsigned) {
  return "the audit log was rewritten: entry " + entry +
         (is_unsigned ? " is not signed" : " is not the one that this process saw") + "; run tacit audit verify";
}

std::string unsigned_tenants_warning(SigningPhase phase, std::uint64_t tenants) {
  const bool is_one = tenants == 1;
  std::string text = is_one ? "1 tenant's key is" : std::to_string(tenants) + " tenants' keys are";
  text += " not signed";
  if (phase == SigningPhase::required) {
    text += std::string(", so ") + (is_one ? "its" : "their") + " values are neither stored nor released";
  }
  return text + ": run tacit tenant rekey --all";
}

std::vector<std::string> logged_warnings(const StoreFindings& found) {
  std::vector<std::string> warnings;
  const std::uint64_t tenants = found.unsigned_tenants.value_or(0);
  if (found.phase == SigningPhase::required && tenants > 0) {
    warnings.push_back(unsigned_tenants_warning(found.phase, tenants));
  }
  if (found.cut_off_fault) warnings.push_back(*found.cut_off_fault);
  return warnings;
}

std::vector<std::string> store_warnings(const StoreFindings& found) {
  std::vector<std::string> warnings;
  if (found.changed_entry) {
    const std::string slot = found.changed_slot.empty() ? std::string() : found.changed_slot + ":";
    warnings.push_back(rewritten_log_warning(slot + std::to_string(*found.changed_entry), found.changed_is_unsigned));
  }
  for (std::string& warning : logged_warnings(found)) warnings.push_back(std::move(warning));
  const bool is_signed = found.phase != SigningPhase::none;
  if (is_signed && found.makes_first_writes && found.prekeys && *found.prekeys < found.prekeys_low) {
    warnings.push_back("only " + std::to_string(*found.prekeys) +
                       " key pairs are ready for new tenants: the tool plane makes them; see tacit key prekeys");
  }
  if (!is_signed) warnings.emplace_back(nothing_is_signed);
  const std::uint64_t tenants = found.unsigned_tenants.value_or(0);
  if (found.phase == SigningPhase::signing && tenants > 0) {
    warnings.push_back(unsigned_tenants_warning(found.phase, tenants));
  }
  if (found.rekey_unfinished) warnings.emplace_back(rekey_is_unfinished);
  warnings.insert(warnings.end(), found.etcd.begin(), found.etcd.end());
  return warnings;
}

}  // namespace tacit::server
