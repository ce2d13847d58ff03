#include "http/io/connection_rest.hpp"

namespace tacit::http {

ConnectionRest::Next ConnectionRest::check(Clock::time_point now, bool unread) {
  if (!has_rested(now)) return Next::none;
  if (lifetime_.is_old(now) && !unread) {
    state_.end();
    return Next::end;
  }
  if (shrunk_ == state_.waiting_since()) return Next::none;
  shrunk_ = state_.waiting_since();
  return Next::shrink;
}

}  // namespace tacit::http
