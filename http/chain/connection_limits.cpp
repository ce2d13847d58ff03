#include "http/chain/connection_limits.hpp"

namespace tacit::http {

bool ConnectionLimits::count(const Address& client) {
  const auto [place, is_new] = per_address_.try_emplace(client, 0);
  if (per_address_limit_ != 0 && place->second >= per_address_limit_) return false;
  ++place->second;
  return true;
}

bool ConnectionLimits::enter(const std::optional<Address>& client) {
  const std::lock_guard lock(mutex_);
  if (total_ >= total_limit_) return false;
  if (client && !count(*client)) return false;
  ++total_;
  return true;
}

bool ConnectionLimits::name(const Address& client) {
  const std::lock_guard lock(mutex_);
  return count(client);
}

void ConnectionLimits::leave(const std::optional<Address>& client) {
  const std::lock_guard lock(mutex_);
  --total_;
  if (!client) return;
  const auto found = per_address_.find(*client);
  if (found != per_address_.end() && --found->second == 0) per_address_.erase(found);
}

void ConnectionLimits::change(std::size_t total, std::size_t per_address) {
  const std::lock_guard lock(mutex_);
  total_limit_ = total;
  per_address_limit_ = per_address;
}

}  // namespace tacit::http
