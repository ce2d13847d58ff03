#include "store/lmdb/scrub/scrub_memory.hpp"

namespace tacit::store {

void ScrubMemory::begin_walk(std::uint64_t rows) {
  const std::lock_guard lock(mutex_);
  ++walk_;
  unsigned needed = 0;
  while ((rows >> needed) > places_) ++needed;
  // A list whose length varies around a limit keeps its stretches.
  if (needed <= shift_ && needed + 1 >= shift_) return;
  shift_ = needed;
  stretches_.clear();
}

unsigned ScrubMemory::shift() const {
  const std::lock_guard lock(mutex_);
  return shift_;
}

bool ScrubMemory::knows(std::uint64_t stretch, std::uint64_t fingerprint) const {
  const std::lock_guard lock(mutex_);
  const auto found = stretches_.find(stretch);
  return found != stretches_.end() && found->second.fingerprint == fingerprint;
}

bool ScrubMemory::passes(std::uint64_t stretch, std::uint64_t fingerprint) {
  const std::lock_guard lock(mutex_);
  const auto found = stretches_.find(stretch);
  if (found == stretches_.end() || found->second.fingerprint != fingerprint) return false;
  found->second.walk = walk_;
  return true;
}

void ScrubMemory::note(std::uint64_t stretch, std::uint64_t fingerprint) {
  const std::lock_guard lock(mutex_);
  if (const auto found = stretches_.find(stretch); found != stretches_.end()) {
    found->second = {fingerprint, walk_};
  } else if (stretches_.size() < places_) {
    stretches_.emplace(stretch, Known{fingerprint, walk_});
  }
}

void ScrubMemory::end_walk() {
  const std::lock_guard lock(mutex_);
  std::erase_if(stretches_, [this](const auto& known) { return known.second.walk != walk_; });
}

void ScrubMemory::clear() {
  const std::lock_guard lock(mutex_);
  stretches_.clear();
}

std::size_t ScrubMemory::size() const {
  const std::lock_guard lock(mutex_);
  return stretches_.size();
}

}  // namespace tacit::store
