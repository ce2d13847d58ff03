#include "http/io/connection_state.hpp"

#include <cassert>

namespace tacit::http {

/// False if the connection is over, which is final.
bool ConnectionState::enter(Stage stage) {
  if (over()) return false;
  assert(may_follow(stage_, stage));
  stage_ = stage;
  return true;
}

void ConnectionState::await_input(Stage stage, Clock::time_point now) {
  if (!enter(stage)) return;
  write_rate_.end();
  deadline_.set(input_deadline(stage, terms_, now));
  if (stage == Stage::idle || stage == Stage::head) waiting_since_ = now;
}

void ConnectionState::handshake() { enter(Stage::handshake); }

void ConnectionState::serve() {
  if (!enter(Stage::serving)) return;
  asked_ = true;
  deadline_.clear();
}

void ConnectionState::write() { enter(Stage::writing); }

/// If the window of an earlier piece of the answer has ended, the next sweep checks what was taken.
void ConnectionState::output_stalled(std::uint64_t taken, Clock::time_point now) {
  if (stage_ != Stage::writing) return;
  if (!write_rate_.watching()) write_rate_.begin(taken, now + write_window(terms_));
  deadline_.set(write_rate_.ends());
}

void ConnectionState::close(Clock::time_point now) {
  if (!enter(Stage::closing)) return;
  write_rate_.end();
  deadline_.set(now + close_time);
}

void ConnectionState::end() { stage_ = Stage::over; }

bool ConnectionState::wind_down(Clock::time_point now, bool unread) {
  deadline_.bring_forward(terms_.last_input);
  if (!idle() || unread) return false;
  // A client that has just connected is about to send a request.
  const auto until = waiting_since_ + first_request_patience;
  if (!asked_ && until > now) {
    deadline_.bring_forward(until);
    return false;
  }
  end();
  return true;
}

bool ConnectionState::is_unwanted() const {
  return idle() && asked_ && terms_.draining.load(std::memory_order_relaxed);
}

ConnectionState::Lapse ConnectionState::lapse(std::uint64_t taken, std::uint64_t sent, Clock::time_point now) {
  if (!write_rate_.watching()) {
    end();
    return Lapse::late;
  }
  const auto ends = now + write_window(terms_);
  if (write_rate_.keeps_up(taken, sent, least_taken(terms_), ends)) {
    deadline_.set(ends);
    return Lapse::none;
  }
  end();
  return Lapse::slow;
}

}  // namespace tacit::http
