#include "auth/tokens/token_cache.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tacit::auth {

TokenCache::TokenCache(std::size_t tokens, std::chrono::seconds most)
    : most_(most), sets_((tokens + ways - 1) / ways) {}

TokenCache::Slot* TokenCache::set_of(const crypto::Digest& hash) {
  std::uint64_t number = 0;
  std::memcpy(&number, hash.data(), sizeof number);
  return sets_[number % sets_.size()].data();
}

const VerifiedToken* TokenCache::find(const crypto::Digest& text_hash, Clock::time_point now) {
  if (sets_.empty()) return nullptr;
  Slot* const set = set_of(text_hash);
  Slot* const found = std::find_if(set, set + ways, [&](const Slot& slot) { return slot.hash == text_hash; });
  if (found == set + ways) return nullptr;
  const auto& flag = found->token.dropped;
  const bool dropped = flag != nullptr && flag->load(std::memory_order_acquire);
  const bool good = now < found->until && !dropped;
  if (good) return &found->token;
  *found = Slot();
  return nullptr;
}

void TokenCache::keep(const crypto::Digest& text_hash, VerifiedToken token, Clock::time_point now) {
  const auto until = std::min(token.grant.expires, now + most_);
  if (sets_.empty() || until <= now) return;
  Slot* const set = set_of(text_hash);
  Slot* slot = std::find_if(set, set + ways, [&](const Slot& each) { return each.hash == text_hash; });
  if (slot == set + ways)
    slot = std::min_element(set, set + ways, [](const Slot& a, const Slot& b) { return a.until < b.until; });
  slot->hash = text_hash;
  slot->until = until;
  slot->token = std::move(token);
}

void TokenCache::clear() {
  for (auto& set : sets_) set.fill(Slot());
}

}  // namespace tacit::auth
