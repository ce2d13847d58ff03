// The destinations of an audit feed: a file, a stream or the system log.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "server/process/stop_signals.hpp"

namespace tacit::server {

class AuditFeedOutput {
 public:
  virtual ~AuditFeedOutput() = default;

  /// Writes one JSON object, given without a line break. Waits while the destination takes no data. Returns false if it
  /// was told to stop before the destination took the object. Throws CommandFailed on errors.
  virtual bool put(const std::string& line) = 0;
  /// Makes all lines durable. Throws CommandFailed.
  virtual void sync() = 0;
  /// Reopens the destination, at SIGHUP.
  virtual void reopen() = 0;
};

/// `to`: `-` (standard output), `syslog` (/dev/log), `syslog:SOCKET`, or a file to append to. `signals` must outlive
/// the result. Throws UsageError or CommandFailed.
std::unique_ptr<AuditFeedOutput> open_audit_feed_output(const std::string& to, const StopSignals& signals);

/// The line if it has at most `most` bytes; else the object without its longest members, whose names are in
/// `shortened`. The result is JSON and keeps sequence and hash, which identify the complete entry.
std::string shortened_entry(const std::string& line, std::size_t most);

}  // namespace tacit::server
