// Signals for a command that mostly waits. They arrive only during a wait, so that none is lost between a check and the
// wait, and none interrupts work.
#pragma once

#include <chrono>
#include <csignal>

namespace tacit::server {

/// SIGTERM and SIGINT request a stop, SIGHUP requests reopening files. Construct it before any thread starts, because
/// threads inherit the blocked signals.
class StopSignals {
 public:
  StopSignals();

  /// Waits for these events of the descriptor (poll.h) or, with descriptor -1, only for the time. Returns true for an
  /// event, false at the time-out or for a signal.
  bool wait(int descriptor, short events, std::chrono::milliseconds most) const;

  static bool stopped();
  /// Whether SIGHUP arrived since the last call.
  static bool take_hangup();

 private:
  sigset_t while_waiting_{};
};

}  // namespace tacit::server
