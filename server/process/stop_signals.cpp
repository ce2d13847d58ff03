#include "server/process/stop_signals.hpp"

#include <poll.h>

#include <ctime>

namespace tacit::server {
namespace {

volatile std::sig_atomic_t stop_came = 0;
volatile std::sig_atomic_t hangup_came = 0;

void note(int signal) {
  if (signal == SIGHUP) {
    hangup_came = 1;
  } else {
    stop_came = 1;
  }
}

}  // namespace

StopSignals::StopSignals() {
  sigset_t ours;
  sigemptyset(&ours);
  struct sigaction action {};
  action.sa_handler = note;
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&ours, signal);
    ::sigaction(signal, &action, nullptr);
  }
  ::pthread_sigmask(SIG_BLOCK, &ours, &while_waiting_);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigdelset(&while_waiting_, signal);
}

bool StopSignals::wait(int descriptor, short events, std::chrono::milliseconds most) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(most);
  const timespec time{seconds.count(), std::chrono::nanoseconds(most - seconds).count()};
  pollfd poll{descriptor, events, 0};
  return ::ppoll(&poll, 1, &time, &while_waiting_) > 0;
}

bool StopSignals::stopped() { return stop_came != 0; }

bool StopSignals::take_hangup() {
  const bool came = hangup_came != 0;
  hangup_came = 0;
  return came;
}

}  // namespace tacit::server
