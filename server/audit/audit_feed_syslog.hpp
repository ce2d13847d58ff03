// The system log as an audit feed's destination: one datagram per entry to a local socket, in the format of syslog(3),
// with the facility authpriv and the severity info.
#pragma once

#include <memory>
#include <string>

#include "server/audit/audit_feed_output.hpp"

namespace tacit::server {

/// Messages have at most 8192 bytes, which rsyslog and syslog-ng accept by default. While no process listens on the
/// socket, it retries at least every 5 seconds and reports that once. Throws UsageError if the socket's name is too
/// long.
std::unique_ptr<AuditFeedOutput> open_syslog_output(const std::string& socket, const StopSignals& signals);

}  // namespace tacit::server
