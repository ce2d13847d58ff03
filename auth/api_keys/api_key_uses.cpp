#include "auth/api_keys/api_key_uses.hpp"

#include <algorithm>
#include <utility>

namespace tacit::auth {

void ApiKeyUses::note(std::string_view id, std::int64_t at) {
  const auto known = latest_.find(id);
  if (known != latest_.end()) {
    known->second = std::max(known->second, at);
  } else if (latest_.size() < most_api_keys_) {
    latest_.emplace(id, at);
  }
}

std::vector<store::ApiKeyUse> ApiKeyUses::take() {
  std::vector<store::ApiKeyUse> taken;
  taken.reserve(latest_.size());
  for (const auto& [id, at] : latest_) taken.push_back({id, at});
  latest_.clear();
  return taken;
}

void ApiKeyUseLog::gather(const std::vector<store::ApiKeyUse>& uses) {
  const std::lock_guard lock(mutex_);
  for (const store::ApiKeyUse& use : uses) uses_.note(use.id, use.at);
}

std::vector<store::ApiKeyUse> ApiKeyUseLog::due(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (uses_.empty() || now - taken_ < interval) return {};
  taken_ = now;
  return uses_.take();
}

std::vector<store::ApiKeyUse> ApiKeyUseLog::take() {
  const std::lock_guard lock(mutex_);
  return uses_.take();
}

}  // namespace tacit::auth
