// Signals for a command that waits most of the time: they arrive while it waits and at no other moment, so that none is
// missed between looking and waiting, and nothing that was begun is cut.
#pragma once

#include <chrono>
#include <csignal>

namespace tacit::server {

/// SIGTERM and SIGINT ask to stop, SIGHUP to open files again. Make one before any thread is started: those inherit
/// that the signals are blocked.
class StopSignals {
 public:
  StopSignals();

  /// Waits for the descriptor to have these events (poll.h), or, with descriptor -1, for the time alone. True if it
  /// has; false when the time is over or a signal came.
  bool wait(int descriptor, short events, std::chrono::milliseconds most) const;

  static bool stopped();
  /// Whether SIGHUP came since it was last asked.
  static bool take_hangup();

 private:
  sigset_t while_waiting_{};
};

}  // namespace tacit::server
