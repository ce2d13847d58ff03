#include "store/secrets/opened_keys.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "crypto/memory/process.hpp"

namespace tacit::store {

crypto::Digest pair_digest(const crypto::Uuid& tenant, const crypto::TenantKey& pair) {
  const std::uint8_t has_certificate = pair.certificate ? 1 : 0;
  const crypto::KeyNumber number = pair.certificate ? pair.certificate->number : crypto::KeyNumber{};
  // All but the last are of fixed length.
  return crypto::sha256({crypto::ByteView(&has_certificate, 1), tenant.view(), crypto::ByteView(number),
                         crypto::ByteView(pair.public_key), crypto::ByteView(pair.box)});
}

void OpenedKeys::Entry::wipe() {
  private_key = crypto::PrivateKey();
  until.reset();
}

OpenedKeys::OpenedKeys(std::function<Clock::time_point()> now) : now_(std::move(now)) {
  crypto::lock_memory(sets_.data(), sets_.size() * sizeof(Set));
}

OpenedKeys::Set& OpenedKeys::set_of(const crypto::Uuid& tenant) {
  return sets_[crypto::siphash(place_key_, tenant.view()) % sets_.size()];
}

std::optional<crypto::PrivateKey> OpenedKeys::find(const crypto::Uuid& tenant, const crypto::Digest& wanted,
                                                   std::span<const crypto::Digest> present) {
  const auto now = now_();
  std::optional<crypto::PrivateKey> found;
  Set& set = set_of(tenant);
  const std::lock_guard lock(set.mutex);
  for (Entry& entry : set.entries) {
    if (!entry.until || entry.tenant != tenant) continue;
    const bool is_present = std::ranges::find(present, entry.pair) != present.end();
    if (!is_present || *entry.until <= now) {
      entry.wipe();
    } else if (entry.pair == wanted) {
      found = entry.private_key.clone();
    }
  }
  return found;
}

void OpenedKeys::keep(std::uint64_t keyrings, const crypto::Uuid& tenant, const crypto::Digest& pair,
                      const crypto::PrivateKey& private_key) {
  const auto until = now_() + lifetime;
  Set& set = set_of(tenant);
  const std::lock_guard lock(set.mutex);
  if (keyrings < set.keyrings) return;
  const auto is_same = [&](const Entry& entry) { return entry.until && entry.tenant == tenant && entry.pair == pair; };
  auto at = std::ranges::find_if(set.entries, is_same);
  if (at != set.entries.end()) return;  // another release opened it meanwhile
  // Free ones come first: an empty optional is less than any time.
  at = std::ranges::min_element(set.entries, {}, &Entry::until);
  at->tenant = tenant;
  at->pair = pair;
  at->private_key = private_key.clone();
  at->until = until;
}

void OpenedKeys::forget(const crypto::Uuid& tenant) {
  Set& set = set_of(tenant);
  const std::lock_guard lock(set.mutex);
  for (Entry& entry : set.entries) {
    if (entry.until && entry.tenant == tenant) entry.wipe();
  }
}

void OpenedKeys::wipe_expired() {
  const auto now = now_();
  for (Set& set : sets_) {
    const std::lock_guard lock(set.mutex);
    for (Entry& entry : set.entries) {
      if (entry.until && *entry.until <= now) entry.wipe();
    }
  }
}

void OpenedKeys::begin(std::uint64_t keyrings) {
  for (Set& set : sets_) {
    const std::lock_guard lock(set.mutex);
    set.keyrings = keyrings;
    for (Entry& entry : set.entries) entry.wipe();
  }
}

std::size_t OpenedKeys::size() {
  std::size_t entries = 0;
  for (Set& set : sets_) {
    const std::lock_guard lock(set.mutex);
    entries += static_cast<std::size_t>(
        std::ranges::count_if(set.entries, [](const Entry& entry) { return entry.until.has_value(); }));
  }
  return entries;
}

}  // namespace tacit::store
