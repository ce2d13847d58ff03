// The text of audit entries for commands. Entries of slots beside 0 say their slot: a line has SLOT:SEQUENCE, and JSON
// the members `slot` and, of the last entry of a commit, `commit_first` after the sequence; their hash is the one of
// store/audit/audit_hash.hpp.
#pragma once

#include <string>
#include <string_view>

#include "store/model/audit.hpp"

namespace tacit::server {

/// One readable line without the line break: time, sequence, action, outcome, actor, then the other members as
/// name=value, except for the hashes of rows. It contains no terminal control sequences.
std::string audit_line(const store::AuditRecord& record);

/// One JSON object without the line break: `{"sequence":…,"hash":"…",` and then the entry's body byte for byte, without
/// its `{`. The chain can be verified from this text alone: the hash is SHA-256(previous hash ‖ sequence ‖ `{` and the
/// text after the hash's comma). An entry that does not match the chain has `fault` and, as text, `stored`. The last
/// entry of a signed commit has `"signatures":[{"plane":"api","key":"<hex>","signature":"<base64url>"}],` before its
/// hash; what they sign: store/audit/audit_signing.hpp.
std::string audit_json(const store::AuditRecord& record);

}  // namespace tacit::server
