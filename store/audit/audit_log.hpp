// The audit log as stored: Table::audit, by 8-byte big-endian sequence from 1.
//
// Format 1: 1 format ‖ 32 hash ‖ body. The hash is SHA-256(previous entry's hash ‖ sequence ‖ body), zeros before the
// first. The body is one JSON object on one line: time, plane, actor, action, outcome, and where they apply tenant,
// secrets, tool, reason, on_behalf_of, peer, request_id, traceparent.
//
// The chain shows that an entry was altered, taken out or moved. It cannot show that the newest entries were cut off,
// nor that whoever can write the database made the whole chain anew: for that, keep heads elsewhere (servers log them,
// `tacit audit verify` prints them). Of the oldest entries, once they are pruned, a checkpoint is left, from which the
// chain goes on (store/audit/audit_checkpoint.hpp).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "store/engine/engine.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

struct AuditEntry {
  std::uint64_t sequence = 0;
  crypto::Digest hash{};
  std::string_view body;  ///< a view of what is stored
};

/// The key of an entry's row.
std::array<std::uint8_t, 8> audit_key(std::uint64_t sequence);

/// Nothing if the row is no entry.
std::optional<AuditEntry> parse_audit_row(const Row& row);

std::string audit_body(const AuditEvent& event, const AuditContext& who, std::int64_t now);
/// The time that a body begins with, as it is written there; empty if it does not begin as ours do.
std::string_view audit_time(std::string_view body);

/// The newest entry's place; that before the first if there is none. Fails with `unavailable` if the newest row is no
/// entry: nothing can be appended then.
Task<Outcome<AuditMark>> newest_audit_mark(Transaction& transaction);

/// Appends an entry to the log as it is in this transaction. Fails with `unavailable` if the newest row is no entry:
/// what cannot be audited is not done. `now` is the instant that the change itself carries, where it carries one, so
/// that the two can be compared. `event` and `who` must outlive the task.
Task<Outcome<void>> append_audit(Transaction& transaction, const AuditEvent& event, const AuditContext& who,
                                 std::int64_t now);
Task<Outcome<void>> append_audit(Transaction& transaction, const AuditEvent& event, const AuditContext& who);

/// No less than what the entry takes in the log.
std::size_t audit_bytes(const AuditEvent& event, const AuditContext& who);

}  // namespace tacit::store
