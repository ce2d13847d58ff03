// Rows of a slot of the audit log, as a shared engine gives them and a restored embedded store has them.
#pragma once

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/audit/audit_hash.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/rows/store_meta.hpp"
#include "test/unit/store/audit/audit_fixture.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

namespace tacit::store::testing {

inline const AuditSlot api_slot = slot_of(SlotOwner::api, 1);
inline const AuditSlot other_api_slot = slot_of(SlotOwner::api, 2);
inline const AuditSlot tool_slot = slot_of(SlotOwner::tools, 1);

inline const StoreKeys& slot_keys() {
  static const StoreKeys made = keys_of_phase(crypto::SigningPhase::required);
  return made;
}

inline std::string shared_body(const std::string& plane, AuditEvent event, std::int64_t now = 1'700'000'000'000'001) {
  AuditContext context = who();
  context.plane = plane;
  return audit_body(event, context, now, AuditMembers::shared);
}

inline std::string shared_body(const std::string& plane, AuditAction action) {
  AuditEvent event;
  event.action = action;
  return shared_body(plane, event);
}

inline std::string heads_body(std::vector<AuditMark> heads) {
  AuditEvent event;
  event.action = AuditAction::audit_heads;
  event.heads = std::move(heads);
  return shared_body("api", event);
}

/// The chain of a slot.
struct SlotRows {
  explicit SlotRows(AuditSlot slot) { mark.slot = slot; }

  /// A commit, signed by the planes of these roles.
  SlotRows& commit(const std::vector<std::string>& bodies, const std::vector<crypto::SigningRole>& roles) {
    const std::uint64_t first = mark.sequence + 1;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      mark.hash = audit_hash(slot_keys().store(), mark, bodies[i]);
      ++mark.sequence;
      std::vector<AuditSignature> signatures;
      const bool is_last = i + 1 == bodies.size();
      for (const crypto::SigningRole role : roles) {
        if (!is_last) break;
        signatures.push_back(sign_audit_head(*slot_keys().audit_signer(role), role, slot_keys().store(), mark, first));
      }
      const Bytes row =
          is_last ? audit_commit_row(mark.hash, bodies[i], first, signatures) : audit_row(mark.hash, bodies[i]);
      rows[key(mark.sequence)] = std::string(crypto::as_text(row));
    }
    return *this;
  }
  SlotRows& commit(const std::string& body) { return commit({body}, {crypto::SigningRole::api}); }
  /// So many commits of one entry of the API plane.
  SlotRows& fill(int commits) {
    for (int i = 0; i < commits; ++i) commit(shared_body("api", AuditAction::credential_refused));
    return *this;
  }
  std::string key(std::uint64_t sequence) const {
    return std::string(crypto::as_text(audit_key(mark.slot, sequence).view()));
  }

  AuditMark mark;  ///< the newest entry
  std::map<std::string, std::string> rows;
};

/// An embedded store that was restored from a shared one.
struct SlotStore : AuditFixture {
  explicit SlotStore(const std::vector<SlotRows>& slots, int entries = 1) : AuditFixture(entries, signed_store()) {
    put(Table::meta, "format", std::string(crypto::as_text(format_value(slots_store_format))));
    for (const SlotRows& slot : slots) {
      for (const auto& [key, value] : slot.rows) put(Table::audit, key, value);
    }
  }

  std::vector<AuditRecord> read_slot(AuditSlot slot, std::uint64_t first = 0) {
    AuditReader reader(store().context(), slot, first);
    std::vector<AuditRecord> all;
    for (;;) {
      const auto page = reader.next();
      BOOST_REQUIRE(page);
      if (page->empty()) return all;
      all.insert(all.end(), page->begin(), page->end());
    }
  }
  void expect_problem(const std::string& words) {
    const AuditReport report = verify_log();
    BOOST_TEST(report.problem_count > 0U, words);
    for (const std::string& problem : report.problems) {
      if (problem.find(words) != std::string::npos) return;
    }
    BOOST_TEST(false, "no problem has: " + words);
  }
};

}  // namespace tacit::store::testing
