// Where an audit feed goes: a file, a stream or the system log.
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

  /// Hands on one JSON object, without a line's end. False if it was told to stop before the destination took it. Waits
  /// while that takes nothing; throws CommandFailed if it will not.
  virtual bool put(const std::string& line) = 0;
  /// Makes durable what was put. Throws CommandFailed.
  virtual void sync() = 0;
  /// At SIGHUP: opens the destination again.
  virtual void reopen() = 0;
};

/// `to`: `-` (standard output), `syslog` (/dev/log), `syslog:SOCKET`, or a file, to which is appended. `signals` must
/// outlive it. Throws UsageError or CommandFailed.
std::unique_ptr<AuditFeedOutput> open_audit_feed_output(const std::string& to, const StopSignals& signals);

/// The line if it has at most so many bytes; else the object without its longest members, whose names are in
/// `shortened`: still JSON, with sequence and hash by which the whole entry is found.
std::string shortened_entry(const std::string& line, std::size_t most);

}  // namespace tacit::server
