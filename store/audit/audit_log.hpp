// The stored audit log: Table::audit, by slot and sequence from 1 (store/audit/audit_key.hpp). An embedded store has
// one slot, 0. On an engine that several hosts share, each process appends to a slot of its own, and the rows are made
// from the engine's blocks.
//
// Format 1: 1 format ‖ 32 hash ‖ body. Format 2, of a commit's last entry, once commits are signed
// (store/audit/audit_signing.hpp): 1 format ‖ 32 hash ‖ 8 sequence of the commit's first entry ‖ 1 number of signatures
// (1 to 3) ‖ each: 1 role, 8 signing key id, 64 signature ‖ body. Format 3, of a commit's last entry in a slot beside
// 0: the same with 0 to 3 signatures. The hash: store/audit/audit_hash.hpp. The body is one JSON object on one line,
// with its members in this order: time, plane, actor, action, outcome, and where they apply tenant, secrets, change,
// heads, tool, reason, on_behalf_of, peer, request_id, traceparent. In slots beside 0 alone:
//   change      a number: the tenant's changes after this event (store/rows/tenant_record.hpp). A release carries the
//               present number. It orders a tenant's entries of several slots
//   heads       of audit.heads: at most 64 texts SLOT:SEQUENCE:HASH, the newest entries of the slots. So an entry that
//               is cut off from one slot contradicts another
// And, once the store takes rows of format 3:
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

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/primitives/digest.hpp"
#include "store/audit/audit_key.hpp"
#include "store/engine/engine.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

struct AuditEntry {
  std::uint64_t sequence = 0;
  crypto::Digest hash{};
  std::string_view body;  ///< a view of the stored bytes
  std::vector<AuditSignature> signatures{};
  std::uint64_t first = 0;  ///< in formats 2 and 3: the first entry of the commit, as stored
  AuditSlot slot{};

  AuditMark mark() const;
};

/// An entry in messages: its sequence, with the slot before it unless it is that of an embedded store.
std::string name_of_entry(AuditSlot slot, std::uint64_t sequence);

/// The row of an entry without signatures: format 1.
Bytes audit_row(const crypto::Digest& hash, std::string_view body);
/// The row of an entry: format 1 without signatures, format 2 with 1 to 3, of a commit that begins at `first`.
Bytes audit_row(const crypto::Digest& hash, std::string_view body, std::uint64_t first,
                std::span<const AuditSignature> signatures);
/// The row of the last entry of a commit in a slot beside 0: format 3.
Bytes audit_commit_row(const crypto::Digest& hash, std::string_view body, std::uint64_t first,
                       std::span<const AuditSignature> signatures);
/// std::nullopt if the row is not an entry.
std::optional<AuditEntry> parse_audit_row(const Row& row);

/// The members that not every log has.
enum class AuditMembers : std::uint8_t {
  plain,   ///< none of them
  rows,    ///< those that need rows of format 3
  shared,  ///< those, and the ones of slots beside 0
};
std::string audit_body(const AuditEvent& event, const AuditContext& who, std::int64_t now,
                       AuditMembers members = AuditMembers::plain);
inline std::string audit_body(const AuditEvent& event, const AuditContext& who, std::int64_t now, bool with_rows) {
  return audit_body(event, who, now, with_rows ? AuditMembers::rows : AuditMembers::plain);
}
/// The time at the beginning of a body, as text; empty if the body does not begin like an entry of Tacit.
std::string_view audit_time(std::string_view body);

/// The heads that an audit.heads entry records, in its order; empty for any other entry, and if one cannot be read.
std::vector<AuditMark> recorded_heads(std::string_view body);

/// The newest entry of the slot, or one of sequence 0 if it has none; valid until the transaction's next change. Fails
/// with `unavailable` if the newest row is not an entry: then nothing can be appended.
Task<Outcome<AuditEntry>> newest_audit_entry(Transaction& transaction, AuditSlot slot);
/// Its place, likewise.
Task<Outcome<AuditMark>> newest_audit_mark(Transaction& transaction, AuditSlot slot);
/// Of slot 0.
Task<Outcome<AuditMark>> newest_audit_mark(Transaction& transaction);
/// The entry at that place, valid as long as a row; std::nullopt if there is none, or if it cannot be read.
Task<std::optional<AuditEntry>> audit_entry_at(Transaction& transaction, AuditSlot slot, std::uint64_t sequence);

/// Appends an entry in this transaction, to slot 0 or, on a shared engine, to the slot of this process. Fails with
/// `unavailable` if the newest row is not an entry: a change that cannot be audited is refused. `now` is the instant
/// that the change itself stores, if it stores one, so that the two can be compared. `event` and `who` must outlive the
/// task.
Task<Outcome<void>> append_audit(Transaction& transaction, const AuditEvent& event, const AuditContext& who,
                                 std::int64_t now);
Task<Outcome<void>> append_audit(Transaction& transaction, const AuditEvent& event, const AuditContext& who);

/// An upper bound of the entry's size in the log.
std::size_t audit_bytes(const AuditEvent& event, const AuditContext& who);

}  // namespace tacit::store
