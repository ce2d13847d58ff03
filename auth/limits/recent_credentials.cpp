#include "auth/limits/recent_credentials.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace tacit::auth {
namespace {

constexpr unsigned minute_bits = 16;
constexpr std::uint64_t minute_mask = (std::uint64_t{1} << minute_bits) - 1;

constexpr auto relaxed = std::memory_order_relaxed;  // each word is independent of the others

std::uint64_t word_at(const crypto::Digest& credential, std::size_t offset) {
  std::uint64_t word = 0;
  std::memcpy(&word, credential.data() + offset, sizeof word);
  return word;
}

/// In the upper bits, never 0.
std::uint64_t tag_of(const crypto::Digest& credential) {
  const std::uint64_t tag = word_at(credential, 8) & ~minute_mask;
  return tag == 0 ? minute_mask + 1 : tag;
}

bool has_tag(std::uint64_t word, std::uint64_t tag) { return (word & ~minute_mask) == tag; }

/// In minutes, modulo 2^16.
std::uint64_t age(std::uint64_t word, std::uint64_t minute) { return (minute - word) & minute_mask; }

}  // namespace

RecentCredentials::RecentCredentials(std::size_t places, Clock::time_point start)
    : start_(start), sets_(std::bit_ceil(std::max(places, ways)) / ways) {}

std::uint64_t RecentCredentials::minute(Clock::time_point now) const {
  const auto since = std::chrono::duration_cast<std::chrono::minutes>(now - start_).count();
  return static_cast<std::uint64_t>(since) & minute_mask;
}

std::size_t RecentCredentials::set_of(const crypto::Digest& credential) const {
  return word_at(credential, 0) & (sets_.size() - 1);
}

bool RecentCredentials::contains(const crypto::Digest& credential, Clock::time_point now) const {
  const std::uint64_t tag = tag_of(credential);
  const std::uint64_t present = minute(now);
  for (const auto& place : sets_[set_of(credential)].words) {
    const std::uint64_t word = place.load(relaxed);
    if (has_tag(word, tag) && age(word, present) < static_cast<std::uint64_t>(lifetime.count())) return true;
  }
  return false;
}

void RecentCredentials::remember(const crypto::Digest& credential, Clock::time_point now) {
  const std::uint64_t tag = tag_of(credential);
  const std::uint64_t present = minute(now);
  std::atomic<std::uint64_t>* chosen = nullptr;
  std::uint64_t oldest = 0;
  for (auto& place : sets_[set_of(credential)].words) {
    const std::uint64_t word = place.load(relaxed);
    if (word == (tag | present)) return;
    // Prefer the credential's own entry, then an unused one, then the oldest.
    const std::uint64_t merit = has_tag(word, tag) ? minute_mask + 2 : word == 0 ? minute_mask + 1 : age(word, present);
    if (chosen == nullptr || merit > oldest) {
      chosen = &place;
      oldest = merit;
    }
  }
  // If two threads choose the same place, one credential is lost, which is harmless.
  chosen->store(tag | present, relaxed);
}

void RecentCredentials::forget(const crypto::Digest& credential) {
  const std::uint64_t tag = tag_of(credential);
  for (auto& place : sets_[set_of(credential)].words) {
    std::uint64_t word = place.load(relaxed);
    if (has_tag(word, tag)) place.compare_exchange_strong(word, 0, relaxed);
  }
}

}  // namespace tacit::auth
