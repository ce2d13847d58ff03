#include "store/rows/signed_memory.hpp"

#include <utility>
#include <vector>

#include "crypto/primitives/aad.hpp"

namespace tacit::store {

// A tag stands for itself alone, so no order with other memory is needed.
struct SignedMemory::Table {
  explicit Table(std::size_t places) : tags(places) {}

  bool has(std::uint64_t tag) const { return tags[tag % tags.size()].load(std::memory_order_relaxed) == tag; }
  /// Returns how many places are taken then; 0 if the number did not change.
  std::size_t put(std::uint64_t tag) {
    if (tags[tag % tags.size()].exchange(tag, std::memory_order_relaxed) != 0) return 0;
    return taken.fetch_add(1, std::memory_order_relaxed) + 1;
  }

  std::vector<std::atomic<std::uint64_t>> tags;  ///< 0: none
  std::atomic<std::size_t> taken{0};
};

SignedMemory::SignedMemory() {
  tables_.front() = std::make_unique<Table>(first_places);
  made_ = 1;
  newest_.store(tables_.front().get(), std::memory_order_release);
}

SignedMemory::~SignedMemory() = default;

std::size_t SignedMemory::places() const { return newest_.load(std::memory_order_acquire)->tags.size(); }

std::uint64_t SignedMemory::tag_of(std::initializer_list<crypto::ByteView> parts) const {
  const std::uint64_t tag = crypto::siphash(key_, crypto::canonical("", parts).view());
  return tag == 0 ? 1 : tag;
}

bool SignedMemory::knows(std::initializer_list<crypto::ByteView> parts) const {
  if (newest_.load(std::memory_order_acquire)->has(tag_of(parts))) return true;
  verifications_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void SignedMemory::learn(std::initializer_list<crypto::ByteView> parts) {
  Table& table = *newest_.load(std::memory_order_acquire);
  if (table.put(tag_of(parts)) > table.tags.size() / 2) grow(table);
}

/// What other threads put into the full table meanwhile may be missing in the next one, and is then verified once more.
void SignedMemory::grow(const Table& full) {
  const std::lock_guard lock(growing_);
  const bool is_newest = newest_.load(std::memory_order_relaxed) == &full;
  if (!is_newest || made_ == tables_.size()) return;
  auto larger = std::make_unique<Table>(full.tags.size() * growth);
  for (const auto& place : full.tags) {
    const std::uint64_t tag = place.load(std::memory_order_relaxed);
    if (tag != 0) larger->put(tag);
  }
  newest_.store(larger.get(), std::memory_order_release);
  tables_.at(made_++) = std::move(larger);
}

}  // namespace tacit::store
