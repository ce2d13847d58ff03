// The stored audit log: Table::audit, by 8-byte big-endian sequence from 1.
//
// Format 1: 1 format ‖ 32 hash ‖ body. Format 2, of a commit's last entry, once commits are signed
// (store/audit/audit_signing.hpp): 1 format ‖ 32 hash ‖ 8 sequence of the commit's first entry ‖ 1 number of signatures
// (1 to 3) ‖ each: 1 role, 8 signing key id, 64 signature ‖ body. The hash is SHA-256(previous entry's hash ‖ sequence
// ‖ body), zeros before the first. The body is one JSON object on one line, with its members in this order: time,
// plane, actor, action, outcome, and where they apply tenant, secrets, tool, reason, on_behalf_of, peer, request_id,
// traceparent; and, once the store takes rows of format 3:
//   rows        in the order of `secrets`, or of the one API key or list of keys: base64url of the SHA-256 of the
//               secret's row as left or as released, of the key's content (store/rows/api_key_row.hpp), of the list
//   versions    in the order of `secrets`: the version of the value
//   tenant_key  the number of the key pair that the tenant got, in hex
//   moved       at most 48 texts of 130 characters, for secrets that were sealed again without a change: base64url of
//               the tenant, the secret, the SHA-256 of the row before, and that of the new row, one after the other
//
// The chain shows that an entry was altered, removed or moved, and the signatures show that it was rewritten without
// the keys of its planes. Neither shows that the newest entries were cut off. To detect that, each server compares the
// log with the last head that it saw (store/audit/audit_history.hpp), and operators keep heads elsewhere: servers log
// them, and `tacit audit verify` prints them. Pruned entries leave a checkpoint, from which the chain continues
// (store/audit/audit_checkpoint.hpp).
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/primitives/digest.hpp"
#include "store/engine/engine.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

struct AuditEntry {
  std::uint64_t sequence = 0;
  crypto::Digest hash{};
  std::string_view body;  ///< a view of the stored bytes
  std::vector<AuditSignature> signatures{};
  std::uint64_t first = 0;  ///< with signatures: the first entry of the commit that they cover, as stored
};

/// The key of an entry's row.
std::array<std::uint8_t, 8> audit_key(std::uint64_t sequence);

/// The row of an entry without signatures: format 1.
Bytes audit_row(const crypto::Digest& hash, std::string_view body);
/// The row of an entry: format 1 without signatures, format 2 with 1 to 3, of a commit that begins at `first`.
Bytes audit_row(const crypto::Digest& hash, std::string_view body, std::uint64_t first,
                std::span<const AuditSignature> signatures);
/// std::nullopt if the row is not an entry.
std::optional<AuditEntry> parse_audit_row(const Row& row);

/// `with_rows`: with the members that need rows of format 3.
std::string audit_body(const AuditEvent& event, const AuditContext& who, std::int64_t now, bool with_rows = false);
/// The time at the beginning of a body, as text; empty if the body does not begin like an entry of Tacit.
std::string_view audit_time(std::string_view body);

/// The newest entry, or one of sequence 0 if the log is empty; valid until the transaction's next change. Fails with
/// `unavailable` if the newest row is not an entry: then nothing can be appended.
Task<Outcome<AuditEntry>> newest_audit_entry(Transaction& transaction);
/// Its place, likewise.
Task<Outcome<AuditMark>> newest_audit_mark(Transaction& transaction);

/// Appends an entry in this transaction. Fails with `unavailable` if the newest row is not an entry: a change that
/// cannot be audited is refused. `now` is the instant that the change itself stores, if it stores one, so that the two
/// can be compared. `event` and `who` must outlive the task.
Task<Outcome<void>> append_audit(Transaction& transaction, const AuditEvent& event, const AuditContext& who,
                                 std::int64_t now);
Task<Outcome<void>> append_audit(Transaction& transaction, const AuditEvent& event, const AuditContext& who);

/// An upper bound of the entry's size in the log.
std::size_t audit_bytes(const AuditEvent& event, const AuditContext& who);

}  // namespace tacit::store
