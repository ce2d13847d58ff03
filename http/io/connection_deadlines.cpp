#include "http/io/connection_deadlines.hpp"

#include <algorithm>

namespace tacit::http {
namespace {

std::chrono::seconds idle_time(const ConnectionTerms& terms) {
  const bool draining = terms.draining.load(std::memory_order_relaxed);
  const std::chrono::seconds time = draining ? first_request_patience : terms.timeouts.idle;
  return terms.of_monitor ? std::min(time, monitor_idle_time) : time;
}

std::chrono::seconds head_time(const ConnectionTerms& terms) {
  const std::chrono::seconds time = terms.timeouts.header;
  return terms.of_monitor ? std::min(time, monitor_head_time) : time;
}

std::chrono::seconds input_time(Stage stage, const ConnectionTerms& terms) {
  if (stage == Stage::idle) return idle_time(terms);
  if (stage == Stage::head) return head_time(terms);
  return stage == Stage::body ? terms.timeouts.body : terms.timeouts.handshake;
}

}  // namespace

Deadline::Clock::time_point input_deadline(Stage stage, const ConnectionTerms& terms, Deadline::Clock::time_point now) {
  return std::min(now + input_time(stage, terms), terms.last_input);
}

std::chrono::seconds write_window(const ConnectionTerms& terms) {
  const bool winding_down = terms.last_input != Deadline::Clock::time_point::max();
  const std::chrono::seconds time = terms.timeouts.write;
  return winding_down ? std::min(time, wind_down_patience) : time;
}

std::uint64_t least_taken(const ConnectionTerms& terms) {
  return terms.peers.write_rate * static_cast<std::uint64_t>(write_window(terms).count());
}

}  // namespace tacit::http
