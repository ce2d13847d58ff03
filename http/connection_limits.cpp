#include "http/connection_limits.hpp"

namespace tacit::http {

bool ConnectionLimits::enter(const boost::asio::ip::address& peer) {
  const std::lock_guard lock(mutex_);
  if (total_ >= total_limit_) return false;
  if (per_address_limit_ != 0) {
    std::size_t& count = per_address_[peer];
    if (count >= per_address_limit_) return false;
    ++count;
  }
  ++total_;
  return true;
}

void ConnectionLimits::leave(const boost::asio::ip::address& peer) {
  const std::lock_guard lock(mutex_);
  --total_;
  if (per_address_limit_ == 0) return;
  const auto found = per_address_.find(peer);
  if (found != per_address_.end() && --found->second == 0) per_address_.erase(found);
}

}  // namespace tacit::http
