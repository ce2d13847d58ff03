#include "store/rows/signed_memory.hpp"

#include "crypto/aad.hpp"

namespace tacit::store {

SignedMemory::SignedMemory() : tags_(std::make_unique<Tags>()) {}

std::uint64_t SignedMemory::tag_of(std::initializer_list<crypto::ByteView> parts) const {
  const std::uint64_t tag = crypto::siphash(key_, crypto::canonical("", parts).view());
  return tag == 0 ? 1 : tag;
}

bool SignedMemory::knows(std::initializer_list<crypto::ByteView> parts) const {
  const std::uint64_t tag = tag_of(parts);
  // A tag stands for itself alone, so no order with other memory is needed.
  if ((*tags_)[tag % places].load(std::memory_order_relaxed) == tag) return true;
  verifications_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void SignedMemory::learn(std::initializer_list<crypto::ByteView> parts) {
  const std::uint64_t tag = tag_of(parts);
  (*tags_)[tag % places].store(tag, std::memory_order_relaxed);
}

}  // namespace tacit::store
