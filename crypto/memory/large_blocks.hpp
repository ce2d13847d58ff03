// Memory blocks of 16 to 20 KiB that go back to the system when they are free. OpenSSL's buffers for TLS records have
// this size. Freed to malloc they stay with the process: small blocks that are still in use lie between them, and 5,000
// idle connections would keep 34 KiB each.
#pragma once

#include <cstddef>

namespace tacit::crypto {

/// Of this process; thread-safe. A short mutex protects its lists.
class LargeBlocks {
 public:
  static constexpr std::size_t block_size = std::size_t{20} << 10;

  /// Whether a block of that size is worth it.
  static constexpr bool suits(std::size_t size) { return size > block_size - (4 << 10) && size <= block_size; }

  /// A block of block_size bytes; null if there is none: the system grants no address space, or all are in use.
  static void* take() noexcept;
  /// Whether `take` returned it.
  static bool owns(const void* block) noexcept;
  /// The caller has overwritten what is secret.
  static void give_back(void* block) noexcept;
};

}  // namespace tacit::crypto
