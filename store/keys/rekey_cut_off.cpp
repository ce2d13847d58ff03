#include "store/keys/rekey_cut_off.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "store/audit/audit_read.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

Failure not_written(const std::string& why) { return failed(Errc::not_allowed, "the cut-off is not written: " + why); }

/// Follows the log from the entry on as if signatures were required from there.
class SignedFrom {
 public:
  SignedFrom(const crypto::Signers& signers, std::uint64_t first)
      : first_(first), signers_(signers.store(), signers.entries(), first), check_(signers_) {
    if (first > 0) check_.begin_after(first - 1);
  }

  Outcome<void> follow(const AuditRecord& entry) {
    if (!entry.fault.empty()) {
      return not_written("audit entry " + std::to_string(entry.mark.sequence) + " " + entry.fault);
    }
    const auto plane = audit_plane(entry.body);
    if (plane && entry.mark.sequence >= first_) unsigned_.emplace(*plane, entry.mark.sequence);
    const auto findings = check_.follow(entry.mark, entry.body, entry.first, entry.signatures);
    for (const AuditSignature& signature : entry.signatures) {
      const auto at = unsigned_.find(signature.role);
      if (at != unsigned_.end() && at->second >= entry.first) unsigned_.erase(at);
    }
    if (!findings.empty()) return fault(findings.front());
    if (!entry.signatures.empty()) unsigned_.clear();
    return {};
  }

  Outcome<void> finish() {
    const auto findings = check_.finish();
    if (!findings.empty()) return fault(findings.front());
    return {};
  }

 private:
  Failure fault(const std::string& finding) const {
    if (unsigned_.empty()) return not_written(finding);
    const auto& [plane, sequence] =
        *std::ranges::min_element(unsigned_, {}, [](const auto& entry) { return entry.second; });
    return not_written("audit entry " + std::to_string(sequence) + " of the plane " +
                       std::string(crypto::name_of(plane)) +
                       " is not signed: a server has not read the keyrings again; restart it and run the command "
                       "again");
  }

  const std::uint64_t first_;
  const crypto::Signers signers_;
  AuditSignatureCheck check_;
  std::map<crypto::SigningRole, std::uint64_t> unsigned_;  ///< of the present commit: the first entry of each plane
};

}  // namespace

Outcome<void> check_signed_from(const ContextPtr& store, std::uint64_t first) {
  SignedFrom check(store->keys.signers(), first);
  AuditReader reader(store, first);
  for (;;) {
    const auto entries = reader.next();
    if (!entries) return entries.error();
    if (entries->empty()) return check.finish();
    for (const AuditRecord& entry : *entries) {
      if (auto followed = check.follow(entry); !followed) return followed;
    }
  }
}

}  // namespace tacit::store
