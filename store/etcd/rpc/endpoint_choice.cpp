#include "store/etcd/rpc/endpoint_choice.hpp"

namespace tacit::store::etcd {

std::optional<std::size_t> EndpointChoice::best(const std::vector<bool>& tried, Clock::time_point now) const {
  std::optional<std::size_t> soonest;
  for (std::size_t offset = 0; offset < avoided_until_.size(); ++offset) {
    const std::size_t endpoint = (good_ + offset) % avoided_until_.size();
    if (endpoint < tried.size() && tried[endpoint]) continue;
    if (avoided_until_[endpoint] <= now) return endpoint;
    if (!soonest || avoided_until_[endpoint] < avoided_until_[*soonest]) soonest = endpoint;
  }
  return soonest;
}

std::optional<std::size_t> EndpointChoice::next(const std::vector<bool>& tried, Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  return best(tried, now);
}

void EndpointChoice::answered(std::size_t endpoint) {
  const std::lock_guard lock(mutex_);
  good_ = endpoint;
  avoided_until_[endpoint] = {};
}

void EndpointChoice::failed(std::size_t endpoint, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  avoided_until_[endpoint] = now + avoided_for;
}

std::size_t EndpointChoice::current(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  return best({}, now).value_or(good_);
}

}  // namespace tacit::store::etcd
