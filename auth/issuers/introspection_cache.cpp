#include "auth/issuers/introspection_cache.hpp"

#include <algorithm>
#include <utility>

namespace tacit::auth {

void IntrospectionCache::forget(Oldest::iterator kept) {
  kept_.erase(kept->digest);
  oldest_first_.erase(kept);
}

std::optional<IntrospectionAnswer> IntrospectionCache::find(const crypto::Digest& digest, const Now& now) {
  const auto found = kept_.find(digest);
  if (found == kept_.end()) return std::nullopt;
  if (found->second->good(now)) return found->second->answer;
  forget(found->second);
  return std::nullopt;
}

std::shared_ptr<const IntrospectionCache::Call> IntrospectionCache::ask(const crypto::Digest& digest,
                                                                        std::string_view token, const Now& now,
                                                                        const AnswerWaiter& waiter) {
  if (auto known = find(digest, now)) {
    waiter->answer(std::move(*known));
    return nullptr;
  }
  const auto under_way = calls_.find(digest);
  if (under_way != calls_.end()) {
    under_way->second->waiters.push_back(waiter);
    return nullptr;
  }
  if (calls_.size() >= limits_.calls) {
    waiter->answer(Refusal::issuer_unreachable);
    return nullptr;
  }
  auto call = std::make_shared<Call>();
  call->digest = digest;
  call->token = crypto::WipedBytes(crypto::as_bytes(token));
  call->waiters.push_back(waiter);
  calls_.emplace(digest, call);
  return call;
}

IntrospectionAnswer IntrospectionCache::shortened(IntrospectionAnswer answer, const Now& now) const {
  if (answer.has_value()) {
    const auto lapses = now.system + std::chrono::duration_cast<std::chrono::system_clock::duration>(limits_.positive);
    answer->expires = std::min(answer->expires, lapses);
  }
  return answer;
}

std::vector<IntrospectionCache::AnswerWaiter> IntrospectionCache::settle(const crypto::Digest& digest,
                                                                         const IntrospectionAnswer& answer,
                                                                         const Now& now) {
  std::vector<AnswerWaiter> waiters;
  if (const auto call = calls_.find(digest); call != calls_.end()) {
    waiters = std::move(call->second->waiters);
    calls_.erase(call);
  }
  if (answer.has_error() && is_no_verdict(answer.error())) return waiters;
  if (const auto before = kept_.find(digest); before != kept_.end()) forget(before->second);
  Kept kept{digest, answer, now.steady + limits_.negative, std::chrono::system_clock::time_point::max()};
  if (answer.has_value()) {
    kept.until = now.steady + limits_.positive;
    kept.exp = answer->expires;
  }
  if (!kept.good(now)) return waiters;
  while (!oldest_first_.empty() && (kept_.size() >= limits_.answers || !oldest_first_.front().good(now))) {
    forget(oldest_first_.begin());
  }
  oldest_first_.push_back(std::move(kept));
  kept_.emplace(digest, std::prev(oldest_first_.end()));
  return waiters;
}

std::vector<IntrospectionCache::AnswerWaiter> IntrospectionCache::abandon() {
  std::vector<AnswerWaiter> waiters;
  for (auto& [digest, call] : calls_) {
    waiters.insert(waiters.end(), call->waiters.begin(), call->waiters.end());
  }
  calls_.clear();
  return waiters;
}

}  // namespace tacit::auth
