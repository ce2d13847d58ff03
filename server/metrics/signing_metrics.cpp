// The metric families of signatures: of the audit log, and of tenants' keys.
#include "server/metrics/metrics.hpp"

namespace tacit::server {
namespace {

std::uint64_t number_of(crypto::SigningPhase phase) {
  switch (phase) {
    case crypto::SigningPhase::none:
      return 0;
    case crypto::SigningPhase::signing:
      return 1;
    case crypto::SigningPhase::required:
      return 2;
  }
  return 0;
}

}  // namespace

void add_signing_metrics(MetricFamilies& families, const store::SigningStatistics& signing,
                         const StoreFindings& found) {
  families
      .gauge("tacit_signing_phase",
             "0: nothing is signed. 1: new tenants' keys and audit entries are signed. 2: signatures are required.")
      .add(number_of(signing.phase));
  auto heads = families.counter("tacit_audit_signatures_total", "Audit heads that this process signed.");
  for (const auto& [role, count] : signing.heads) heads.add(count, {{"plane", crypto::name_of(role)}});
  families
      .gauge(
          "tacit_audit_history_intact",
          "1; 0 once the audit log did not contain what this process had seen of it, or an entry that it met was not "
          "signed (audit_history_changed).")
      .add(std::uint64_t{signing.history_intact});
  families
      .counter("tacit_tenant_key_verifications_total",
               "Signatures of tenants' keys that were verified because this process did not remember them.")
      .add(signing.key_verifications);
  families
      .counter("tacit_tenant_keys_refused_total",
               "Requests that failed because the tenant's key is not signed as it has to be.")
      .add(found.refused_keys);
  families.gauge("tacit_prekeys", "Key pairs that are ready for new tenants.").add(found.prekeys.value_or(0));
  families.gauge("tacit_prekeys_low", "Below this number of ready key pairs /readyz warns.")
      .add(signing.phase == crypto::SigningPhase::none ? 0 : found.prekeys_low);
  auto tenants = families.gauge("tacit_tenants_unsigned", "Tenants whose key is not signed.");
  if (found.unsigned_tenants) tenants.add(*found.unsigned_tenants);
}

}  // namespace tacit::server
