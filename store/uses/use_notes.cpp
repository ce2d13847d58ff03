#include "store/uses/use_notes.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <tuple>
#include <utility>

namespace tacit::store {

/// A secret's id ends with random bytes, and a tag is a part of a hash.
std::size_t UseNotes::Hash::operator()(const KeyView& key) const {
  std::uint64_t secret = 0;
  std::uint64_t tag = 0;
  std::memcpy(&secret, key.secret.bytes.data() + 8, sizeof(secret));
  std::memcpy(&tag, key.tag.data(), sizeof(tag));
  return std::hash<std::string_view>()(key.tool) ^ static_cast<std::size_t>(secret ^ tag);
}

UseNotes::UseNotes(Clock::time_point now) : copied_(now.time_since_epoch().count()) {}

void UseNotes::note(const crypto::Uuid& tenant, const crypto::Uuid& secret, const IdentityTag& tag,
                    std::string_view tool, std::string_view runtime, std::int64_t at) noexcept {
  try {
    add(part_of(secret), KeyView{tenant, secret, tag, tool}, runtime, at);
  } catch (...) {  // no memory: a release does not fail for a note
    dropped_.fetch_add(1, std::memory_order_relaxed);
  }
}

void UseNotes::add(Part& part, const KeyView& key, std::string_view runtime, std::int64_t at) {
  const std::lock_guard lock(part.mutex);
  const auto known = part.notes.find(key);
  if (known != part.notes.end()) {
    Noted& noted = known->second;
    noted.first_at = std::min(noted.first_at, at);
    noted.last_at = std::max(noted.last_at, at);
    if (noted.count < std::numeric_limits<std::uint32_t>::max()) ++noted.count;
    if (noted.runtime != runtime) noted.runtime = runtime;
    return;
  }
  if (part.notes.size() >= most_notes_of_part) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  Key stored{key.tenant, key.secret, key.tag, std::string(key.tool)};
  Noted noted{at, at, 1, std::string(runtime)};
  part.notes.emplace(std::move(stored), std::move(noted));
  pending_.fetch_add(1, std::memory_order_relaxed);
}

bool UseNotes::has_release(const crypto::Uuid& tenant, const crypto::Uuid& secret, const IdentityTag& tag,
                           std::string_view tool, std::int64_t since) const {
  const Part& part = part_of(secret);
  const std::lock_guard lock(part.mutex);
  const auto known = part.notes.find(KeyView{tenant, secret, tag, tool});
  return known != part.notes.end() && known->second.last_at >= since;
}

bool UseNotes::due(Clock::time_point now) const {
  const std::uint64_t pending = pending_.load(std::memory_order_relaxed);
  if (pending == 0) return false;
  const Clock::time_point copied{Clock::duration(copied_.load(std::memory_order_relaxed))};
  return pending >= most_notes / 2 || now - copied >= interval;
}

std::vector<UseNote> UseNotes::copy(Clock::time_point now) {
  copied_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  std::vector<UseNote> copied;
  for (const Part& part : parts_) {
    const std::lock_guard lock(part.mutex);
    copied.reserve(copied.size() + part.notes.size());
    for (const auto& [key, noted] : part.notes) {
      UseNote& note = copied.emplace_back();
      note.tenant = key.tenant;
      note.secret = key.secret;
      note.use.first_at = noted.first_at;
      note.use.last_at = noted.last_at;
      note.use.count = noted.count;
      note.use.tag = key.tag;
      note.use.runtime = noted.runtime;
      note.use.tool = key.tool;
    }
  }
  std::ranges::sort(copied, [](const UseNote& a, const UseNote& b) {
    return std::tie(a.tenant, a.secret) < std::tie(b.tenant, b.secret);
  });
  return copied;
}

void UseNotes::settle(const std::vector<UseNote>& notes) {
  for (const UseNote& note : notes) {
    Part& part = part_of(note.secret);
    const std::lock_guard lock(part.mutex);
    const auto known = part.notes.find(KeyView{note.tenant, note.secret, note.use.tag, note.use.tool});
    if (known == part.notes.end()) continue;
    Noted& noted = known->second;
    if (noted.count <= note.use.count) {
      part.notes.erase(known);
      pending_.fetch_sub(1, std::memory_order_relaxed);
    } else {
      noted.count -= note.use.count;
      noted.first_at = std::min(noted.last_at, note.use.last_at + 1);
    }
  }
}

UseFigures UseNotes::figures() const {
  return {pending_.load(std::memory_order_relaxed), dropped_.load(std::memory_order_relaxed)};
}

}  // namespace tacit::store
