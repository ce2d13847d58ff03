// Memory blocks of 16 to 20 KiB that go back to the system when they are free. OpenSSL's buffers for TLS records have
// this size. Freed to malloc they stay with the process: small blocks that are still in use lie between them, and 5,000
// idle connections would keep 34 KiB each.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tacit::crypto {

/// Of this process; thread-safe. A short mutex protects its lists.
class LargeBlocks {
 public:
  static constexpr std::size_t block_size = std::size_t{20} << 10;

  /// Whether a block of that size is worth it.
  static constexpr bool suits(std::size_t size) { return size > block_size - (4 << 10) && size <= block_size; }

  /// A block of block_size bytes; null if there is none: the system grants no address space, or all are in use.
  static void* take() noexcept;
  /// Whether `take` returned it. Inline, because it is asked of each block that OpenSSL frees: 720 in a handshake.
  static bool owns(const void* block) noexcept {
    const std::size_t size = size_.load(std::memory_order_acquire);  // set after first_
    return reinterpret_cast<std::uintptr_t>(block) - first_.load(std::memory_order_relaxed) < size;
  }
  /// The caller has overwritten what is secret.
  static void give_back(void* block) noexcept;

 private:
  friend class LargeBlockPool;
  // The address space of all blocks; none before the first block is taken.
  static inline std::atomic<std::uintptr_t> first_{0};
  static inline std::atomic<std::size_t> size_{0};
};

}  // namespace tacit::crypto
