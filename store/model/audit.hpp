// The audit log: actor, action, time, ids and outcome of each event. Never values, names or masks. Hash-chained:
// an entry's hash is SHA-256(previous hash ‖ sequence, 8 bytes big-endian ‖ body).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ids/key_id.hpp"
#include "crypto/ids/uuid.hpp"
#include "crypto/keyrings/signers.hpp"
#include "crypto/primitives/digest.hpp"
#include "store/model/audit_action.hpp"
#include "store/model/audit_slot.hpp"
#include "store/model/findings.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

/// The actor and its way into the program: the part of an audit entry that every operation receives.
struct AuditContext {
  std::string plane;  ///< "api", "tools" or "operator"
  std::string actor;  ///< "api-key:<id>", "uri:spiffe://…", "dns:…", "cn:…", "operator:<user>"; empty if not known
  std::string peer;   ///< address:port; empty for an operator
  std::string request_id;
  std::string on_behalf_of{};  ///< the user whose token a tool runtime sent, in the format of `actor`; else empty
  std::string traceparent{};   ///< the caller's place in a distributed trace (W3C Trace Context); empty if not known
};

/// A place in a slot's chain: the sequence and the hash of an entry. Sequence 0 and zeros: before the first.
struct AuditMark {
  std::uint64_t sequence = 0;
  crypto::Digest hash{};
  AuditSlot slot{};
  bool operator==(const AuditMark&) const = default;
};

/// A secret's row that was sealed again without a change of the secret: SHA-256 of the row before and after.
struct MovedRow {
  crypto::Uuid tenant;
  crypto::Uuid secret;
  crypto::Digest before{};
  crypto::Digest after{};
};

/// One event.
struct AuditEvent {
  AuditAction action{};
  std::optional<AuditOutcome> outcome{};  ///< std::nullopt: that of the action's row
  std::optional<crypto::Uuid> tenant{};
  std::vector<crypto::Uuid> secrets{};
  std::string tool{};    ///< the tool asked for, on a release or its refusal
  std::string reason{};  ///< why it was refused, in a word; for secret.rollback "from version N", for
                         ///< secret.version_delete "version N", for a secret.update that removed previous values
                         ///< "previous values removed"; an API key's id for api_key.*; what
                         ///< was set for quota.set and limits.set; for audit.prune the last entry
                         ///< that was to go, as sequence:hash; the kind and the id of the key for
                         ///< key.*, and for key.rewrap what was done
  // These are stored once the store takes rows of format 3 (store/rows/store_meta.hpp).
  std::vector<crypto::Digest> rows{};             ///< SHA-256 of each secret's row, as left or as released
  std::vector<std::uint32_t> versions{};          ///< of each secret's value
  std::optional<crypto::KeyNumber> tenant_key{};  ///< the certified key pair that the tenant got
  std::vector<MovedRow> moved{};                  ///< at most 48
  // These are stored on shared engines only.
  std::optional<std::uint64_t>
      change{};                    ///< the tenant's number of changes after this event (store/rows/tenant_record.hpp)
  std::vector<AuditMark> heads{};  ///< audit.heads: the newest entry of each slot, at most 64
};

/// The refusal of all values that a tool asked for.
struct ToolRefusal {
  crypto::Uuid tenant;
  std::string tool;
  std::string reason;                   ///< one word
  std::vector<crypto::Uuid> secrets{};  ///< those that were named and may not be released to the tool
};

/// Whether a refusal may be answered although its entry was not written: only if there was no room for the entry,
/// because that room is reserved for changes and releases (store/lmdb/environment/map_room.hpp). After any other
/// failure a refusal is not answered, because the answer would imply an audit entry.
inline bool refusal_stands(const Failure& failure) { return failure.code == Errc::full; }

/// The form for keeping elsewhere: 123:9f86d0…, with the slot before it unless it is that of an embedded store:
/// api-1:123:9f86d0….
std::string to_string(const AuditMark& mark);
/// The heads of several slots: in the order of the slots, separated by commas. Also the text whose SHA-256 is an
/// anchor.
std::string to_string(std::vector<AuditMark> marks);
/// The inverse of the first; std::nullopt for any other text. Accepts sequences without leading zeros and hashes of 64
/// digits alone.
std::optional<AuditMark> parse_audit_mark(std::string_view text);

/// A plane's signature over a commit: its first sequence, and the sequence and the hash of its last entry.
struct AuditSignature {
  crypto::SigningRole role{};
  crypto::KeyId key{};
  crypto::Signature signature{};
};

/// A copy of a stored entry.
struct AuditRecord {
  AuditMark mark;
  std::string body;   ///< a JSON object on one line
  std::string fault;  ///< why it does not continue the chain, in words; empty if it does
  std::vector<AuditSignature> signatures{};
  /// If it is known to be the last of its commit, as one with signatures is: the commit's first entry.
  std::uint64_t first = 0;
};

/// A bound: before the entry with that sequence in that slot, or before the instant (microseconds since the epoch).
struct AuditPoint {
  std::optional<std::uint64_t> sequence{};
  std::int64_t instant = 0;
  AuditSlot slot{};  ///< with a sequence
};
/// An entry without a readable time is before no instant, and one of another slot is before no sequence.
bool is_before(const AuditRecord& entry, const AuditPoint& point);

/// The remainder of pruned entries (store/audit/audit_checkpoint.hpp).
struct AuditCheckpoint {
  AuditMark through;           ///< the last pruned entry
  std::int64_t pruned_at = 0;  ///< microseconds since the epoch
  std::string pruned_by;       ///< an actor
};

/// An entry whose hash was kept elsewhere; without a sequence, any entry matches, and any recorded list of heads whose
/// text (to_string of marks) has that SHA-256.
struct AuditAnchor {
  std::optional<std::uint64_t> sequence{};
  crypto::Digest hash{};
  AuditSlot slot{};                ///< with a sequence
  std::vector<AuditMark> marks{};  ///< the heads of several slots, instead of the above
};

/// The result of a check of the chain and its signatures alone.
struct AuditReport : Findings {
  std::uint64_t entries = 0;
  std::uint64_t signatures_checked = 0;         ///< verified, and right
  std::optional<AuditCheckpoint> checkpoint{};  ///< of an embedded store's slot
  AuditMark head{};                             ///< likewise
  std::vector<AuditMark> heads{};               ///< of each other slot, in the order of the slots
  std::vector<AuditCheckpoint> checkpoints{};   ///< of those other slots that were pruned
  std::uint64_t heads_checked = 0;              ///< heads in audit.heads entries that are in their slots' chains
};

/// The entries that pruning would remove: all stored ones of its slot through that entry.
struct AuditPrunePlan {
  AuditMark through{};
  std::uint64_t entries = 0;
  std::string newest_time{};  ///< of the last of them
};

}  // namespace tacit::store
