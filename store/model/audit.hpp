// The audit log: who did what, when, to which ids, with what outcome. Never values, names or masks. Hash-chained:
// an entry's hash is SHA-256(previous hash ‖ sequence, 8 bytes big-endian ‖ body).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "crypto/uuid.hpp"
#include "store/model/audit_action.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

/// Who asked and by which way: the part of an audit entry that every operation is handed.
struct AuditContext {
  std::string plane;  ///< "api", "tools" or "operator"
  std::string actor;  ///< "api-key:<id>", "uri:spiffe://…", "dns:…", "cn:…", "operator:<user>"; empty if not known
  std::string peer;   ///< address:port; empty for an operator
  std::string request_id;
  std::string on_behalf_of{};  ///< the user whose token a tool runtime brought along, named as an actor is; else empty
  std::string traceparent{};   ///< the caller's place in a distributed trace (W3C Trace Context); empty if not known
};

/// What happened.
struct AuditEvent {
  AuditAction action{};
  std::optional<AuditOutcome> outcome{};  ///< nothing: that of the action's row
  std::optional<crypto::Uuid> tenant{};
  std::vector<crypto::Uuid> secrets{};
  std::string tool{};    ///< the tool asked for, on a release or its refusal
  std::string reason{};  ///< why it was refused, in a word; an API key's id for api_key.*; what
                         ///< was set for quota.set and limits.set; for audit.prune the last entry
                         ///< that was to go, as sequence:hash; the kind and the id of the key for
                         ///< key.*, and for key.rewrap what was done
};

/// That a tool gets none of the values that it asked for.
struct ToolRefusal {
  crypto::Uuid tenant;
  std::string tool;
  std::string reason;                   ///< in a word
  std::vector<crypto::Uuid> secrets{};  ///< those that were named and may not go to it
};

/// Whether a refusal may be answered although its entry was not written: only if there was no room for it, which is
/// kept for changes and releases (store/lmdb/environment/map_room.hpp). After any other failure nothing is answered as
/// if it had been audited.
inline bool refusal_stands(const Failure& failure) { return failure.code == Errc::full; }

/// A place in the chain: the entry of that sequence has that hash. Sequence 0 and zeros: before the first.
struct AuditMark {
  std::uint64_t sequence = 0;
  crypto::Digest hash{};
  bool operator==(const AuditMark&) const = default;
};
/// As people keep it elsewhere: 123:9f86d0….
std::string to_string(const AuditMark& mark);

/// A stored entry, copied out.
struct AuditRecord {
  AuditMark mark;
  std::string body;   ///< a JSON object on one line
  std::string fault;  ///< why it does not fit the chain, in words; empty if it does
};

/// A bound: before the entry of that sequence, or before the instant (microseconds since the epoch).
struct AuditPoint {
  std::optional<std::uint64_t> sequence{};
  std::int64_t instant = 0;
};
/// An entry whose body does not say its time is before no instant.
bool is_before(const AuditRecord& entry, const AuditPoint& point);

/// What is left of entries that were pruned (store/audit/audit_checkpoint.hpp).
struct AuditCheckpoint {
  AuditMark through;           ///< the last of them
  std::int64_t pruned_at = 0;  ///< microseconds since the epoch
  std::string pruned_by;       ///< an actor
};

/// An entry that somebody kept a record of; without a sequence it may be any.
struct AuditAnchor {
  std::optional<std::uint64_t> sequence{};
  crypto::Digest hash{};
};

/// What the chain alone says.
struct AuditReport {
  std::uint64_t entries = 0;
  std::optional<AuditCheckpoint> checkpoint{};
  AuditMark head{};
  std::vector<std::string> problems{};  ///< one sentence each; at most 1000 are kept
  std::uint64_t problem_count = 0;
};

/// What pruning would take out: all that is stored through that entry.
struct AuditPrunePlan {
  AuditMark through{};
  std::uint64_t entries = 0;
  std::string newest_time{};  ///< of the last of them
};

}  // namespace tacit::store
