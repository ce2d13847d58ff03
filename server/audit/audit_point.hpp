// Parsers of positions in the audit log: sequences, times, recorded heads.
#pragma once

#include <string_view>

#include "store/model/audit.hpp"

namespace tacit::server {

/// A sequence, an RFC 3339 date-time, or a span of time (2h, 7d) before now. Throws UsageError.
store::AuditPoint read_audit_point(std::string_view text);

/// HASH or SEQUENCE:HASH, the hash as 64 hexadecimal digits. Throws UsageError.
store::AuditAnchor read_audit_anchor(std::string_view text);

}  // namespace tacit::server
