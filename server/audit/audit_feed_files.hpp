// The files that an audit feed writes: its destination and its position. A child process reads the store
// (server/process/apart.hpp); its parent writes the files on requests over a socket.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "crypto/files/descriptor.hpp"
#include "server/audit/audit_feed_output.hpp"
#include "server/audit/audit_feed_state.hpp"
#include "server/process/stop_signals.hpp"

namespace tacit::server {

class AuditFeedFiles {
 public:
  virtual ~AuditFeedFiles() = default;

  /// Opens the destination. Call it before put().
  virtual void open() = 0;
  /// See AuditFeedOutput::put.
  virtual bool put(const std::string& line) = 0;
  /// Makes all lines durable, then records the position.
  virtual void save(const store::AuditMark& mark) = 0;
  /// See AuditFeedOutput::reopen.
  virtual void reopen() = 0;
};

/// Writes in this process. `state` may be null; it and `signals` must outlive the result.
std::unique_ptr<AuditFeedFiles> make_audit_feed_files(const std::string& to, AuditFeedState* state,
                                                      const StopSignals& signals);

/// A connection between two processes, created before the second one starts.
struct AuditFeedSocket {
  /// Throws CommandFailed.
  AuditFeedSocket();
  crypto::Descriptor asking;
  crypto::Descriptor answering;
};

/// Sends requests to the process at the other end. Each call waits for the result and rethrows its exception.
std::unique_ptr<AuditFeedFiles> make_remote_audit_feed_files(const crypto::Descriptor& asking);

/// Control of the process that reads the store.
struct FeedReaderControl {
  std::function<void()> stop;                             ///< called once, after SIGTERM or SIGINT
  std::function<void(std::chrono::milliseconds)> waited;  ///< called after each time without a request; may throw
};

/// Serves the other process's requests until it ends, and reopens the destination at SIGHUP. A failed request is
/// reported to the other process. Throws what reopening and `reader.waited` throw.
void serve_audit_feed_files(const crypto::Descriptor& answering, AuditFeedFiles& files, const StopSignals& signals,
                            const FeedReaderControl& reader);

}  // namespace tacit::server
