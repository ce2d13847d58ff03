// The check of signatures without a store: entries go in, findings come out.
#pragma once

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/audit/audit_log.hpp"
#include "store/audit/audit_signing.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

namespace tacit::store::testing::signed_log {

using crypto::SigningRole;

using Texts = std::vector<std::string>;

inline const StoreKeys& keys() {
  static const StoreKeys made = keys_of_phase(crypto::SigningPhase::required);
  return made;
}

inline const crypto::SigningKeyring::Entry& signer_of(SigningRole role) { return *keys().audit_signer(role); }

inline AuditMark mark_of(std::uint64_t sequence) {
  AuditMark mark;
  mark.sequence = sequence;
  mark.hash.fill(static_cast<std::uint8_t>(sequence));
  return mark;
}

inline AuditSignature signature_of(SigningRole role, std::uint64_t sequence, std::uint64_t first) {
  return sign_audit_head(signer_of(role), role, keys().store(), mark_of(sequence), first);
}
/// Of a commit of one entry.
inline AuditSignature signature_of(SigningRole role, std::uint64_t sequence) {
  return signature_of(role, sequence, sequence);
}

inline std::string body_of(std::string_view plane, AuditAction action) {
  AuditContext context = who();
  context.plane = plane;
  AuditEvent event;
  event.action = action;
  return audit_body(event, context, 1'700'000'000'000'001);
}

inline const std::string api = body_of("api", AuditAction::secret_create);
inline const std::string tools = body_of("tools", AuditAction::secret_release);
inline const std::string operators = body_of("operator", AuditAction::key_add);

/// The deployment's keys with other lines in their ring.
inline crypto::Signers signers_with(std::optional<std::uint64_t> cut_off, crypto::SignerState api_state = {},
                                    std::uint64_t through = 0,
                                    const std::optional<crypto::SlotSequences>& slots_through = {}) {
  std::vector<crypto::Signer> entries = keys().signers().entries();
  for (crypto::Signer& entry : entries) {
    if (entry.role != SigningRole::api) continue;
    entry.state = api_state;
    entry.through = through;
    entry.slots_through = slots_through;
  }
  return {keys().store(), std::move(entries), cut_off};
}

/// The check of a log whose entries are numbered from 1.
struct Log {
  explicit Log(crypto::Signers given = signers_with(1), std::uint64_t checked_through = 0, AuditSlot slot = {})
      : signers(std::move(given)), check(signers, checked_through, slot) {}

  void add(const std::string& body, const std::vector<AuditSignature>& signatures = {}) {
    add(body, signatures, sequence + 1);
  }
  void add(const std::string& body, const std::vector<AuditSignature>& signatures, std::uint64_t first) {
    for (std::string& finding : check.follow(mark_of(++sequence), body, first, signatures)) {
      findings.push_back(std::move(finding));
    }
  }
  Texts end() {
    for (std::string& finding : check.finish()) findings.push_back(std::move(finding));
    return findings;
  }

  crypto::Signers signers;
  AuditSignatureCheck check;
  std::uint64_t sequence = 0;
  Texts findings;
};

}  // namespace tacit::store::testing::signed_log
