// Parsers of positions in the audit log: sequences, times, recorded heads.
#pragma once

#include <string_view>

#include "store/model/audit.hpp"

namespace tacit::server {

/// A sequence (with SLOT: before it, of a slot beside 0), an RFC 3339 date-time, or a span of time (2h, 7d) before now.
/// Throws UsageError.
store::AuditPoint read_audit_point(std::string_view text);

/// HASH or SEQUENCE:HASH, the hash as 64 hexadecimal digits; or SLOT:SEQUENCE:HASH, or several of the last two with
/// commas between them. Throws UsageError.
store::AuditAnchor read_audit_anchor(std::string_view text);
/// The place of an anchor that has one.
store::AuditMark mark_of(const store::AuditAnchor& anchor);

}  // namespace tacit::server
