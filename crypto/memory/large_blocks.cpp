#include "crypto/memory/large_blocks.hpp"

#include <cstdint>
#include <mutex>

#include <sys/mman.h>

namespace tacit::crypto {
namespace {

/// Address space for both buffers of 32,768 connections that are served at once: it takes no memory before it is used.
constexpr std::uint32_t most_blocks = 1U << 16;
/// Free blocks that keep their memory, because connections that are served take and free buffers all the time.
constexpr std::uint32_t most_kept = 64;
constexpr std::uint32_t none = UINT32_MAX;

void* reserve(std::size_t size) {
  void* const space = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return space == MAP_FAILED ? nullptr : space;
}

/// Free blocks, the last one freed first.
class List {
 public:
  std::uint32_t size() const { return size_; }
  void push(std::uint32_t* next, std::uint32_t block) {
    next[block] = first_;
    first_ = block;
    ++size_;
  }
  std::uint32_t pop(const std::uint32_t* next) {
    const std::uint32_t block = first_;
    if (block == none) return none;
    first_ = next[block];
    --size_;
    return block;
  }

 private:
  std::uint32_t first_ = none;
  std::uint32_t size_ = 0;
};

}  // namespace

class LargeBlockPool {
 public:
  LargeBlockPool() {
    next_ = static_cast<std::uint32_t*>(reserve(most_blocks * sizeof(std::uint32_t)));
    if (next_ != nullptr) space_ = static_cast<std::uint8_t*>(reserve(most_blocks * LargeBlocks::block_size));
    // Records in clear do not belong into a dump, which other settings forbid, too.
    if (space_ == nullptr) return;
    static_cast<void>(::madvise(space_, most_blocks * LargeBlocks::block_size, MADV_DONTDUMP));
    LargeBlocks::first_.store(reinterpret_cast<std::uintptr_t>(space_), std::memory_order_relaxed);
    LargeBlocks::size_.store(most_blocks * LargeBlocks::block_size, std::memory_order_release);
  }

  void* take() {
    if (space_ == nullptr) return nullptr;
    const std::scoped_lock lock(mutex_);
    std::uint32_t block = kept_.pop(next_);
    if (block == none) block = returned_.pop(next_);
    if (block == none && used_ < most_blocks) block = used_++;
    return block == none ? nullptr : space_ + block * LargeBlocks::block_size;
  }
  void give_back(void* block) {
    const auto at = static_cast<std::size_t>(static_cast<std::uint8_t*>(block) - space_) / LargeBlocks::block_size;
    const auto number = static_cast<std::uint32_t>(at);
    {
      const std::scoped_lock lock(mutex_);
      if (kept_.size() < most_kept) return kept_.push(next_, number);
    }
    static_cast<void>(::madvise(block, LargeBlocks::block_size, MADV_DONTNEED));
    const std::scoped_lock lock(mutex_);
    returned_.push(next_, number);
  }

 private:
  std::uint8_t* space_ = nullptr;
  std::uint32_t* next_ = nullptr;  ///< of each free block: the next one in its list
  std::mutex mutex_;
  List kept_;
  List returned_;
  std::uint32_t used_ = 0;  ///< blocks from there on were never taken
};

namespace {

/// Never destroyed: OpenSSL frees blocks until the process ends.
LargeBlockPool& pool() {
  static LargeBlockPool* const only = new LargeBlockPool;
  return *only;
}

}  // namespace

void* LargeBlocks::take() noexcept { return pool().take(); }
void LargeBlocks::give_back(void* block) noexcept { pool().give_back(block); }

}  // namespace tacit::crypto
