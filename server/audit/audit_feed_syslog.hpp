// The system log as an audit feed's destination: a datagram an entry to a local socket, as syslog(3) sends them, with
// the facility authpriv and the severity info.
#pragma once

#include <memory>
#include <string>

#include "server/audit/audit_feed_output.hpp"

namespace tacit::server {

/// Messages have at most 8192 bytes, which rsyslog and syslog-ng take by default. While nobody listens at the socket it
/// tries again, at least every 5 seconds, and says so once. Throws UsageError if the socket's name is too long.
std::unique_ptr<AuditFeedOutput> open_syslog_output(const std::string& socket, const StopSignals& signals);

}  // namespace tacit::server
