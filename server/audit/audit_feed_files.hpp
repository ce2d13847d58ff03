// What an audit feed writes: its destination and how far it is. Where the store is read by a process that has given up
// root (server/process/apart.hpp), the other process does the writing, as it is asked over a socket.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "crypto/descriptor.hpp"
#include "server/audit/audit_feed_output.hpp"
#include "server/audit/audit_feed_state.hpp"
#include "server/process/stop_signals.hpp"

namespace tacit::server {

class AuditFeedFiles {
 public:
  virtual ~AuditFeedFiles() = default;

  /// Opens the destination, before anything is put.
  virtual void open() = 0;
  /// As AuditFeedOutput.
  virtual bool put(const std::string& line) = 0;
  /// Makes durable what was put, and then notes that it was fed up to there.
  virtual void save(const store::AuditMark& mark) = 0;
  /// At SIGHUP.
  virtual void reopen() = 0;
};

/// In this process. `state`: null if none is kept; it and `signals` must outlive this.
std::unique_ptr<AuditFeedFiles> make_audit_feed_files(const std::string& to, AuditFeedState* state,
                                                      const StopSignals& signals);

/// A connection between two processes that one makes before it starts the other.
struct AuditFeedSocket {
  /// Throws CommandFailed.
  AuditFeedSocket();
  crypto::Descriptor asking;
  crypto::Descriptor answering;
};

/// Asks the process at the other end. Each call waits until it was done and throws what it threw.
std::unique_ptr<AuditFeedFiles> make_remote_audit_feed_files(const crypto::Descriptor& asking);

/// Does what the other process asks for until that ends, and opens the destination again at SIGHUP. What goes wrong
/// with a request is told to the other process; throws what reopening throws. `on_stop` is called once after SIGTERM or
/// SIGINT.
void serve_audit_feed_files(const crypto::Descriptor& answering, AuditFeedFiles& files, const StopSignals& signals,
                            const std::function<void()>& on_stop);

}  // namespace tacit::server
