#include "crypto/memory/process.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <malloc.h>
#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crypto/memory/large_blocks.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {
namespace {

// OpenSSL's secure heap does not grow, and a full one makes handshakes fail: enough for some ten thousand at once, each
// with a number or two of a private key, and small against the usual limit of 8 MiB of locked memory.
constexpr std::size_t secure_heap_size = std::size_t{1} << 20;
constexpr std::size_t secure_heap_smallest = 32;

// OpenSSL's memory functions. OpenSSL gives no size when it frees.
std::size_t size_of(void* block) {
  return LargeBlocks::owns(block) ? LargeBlocks::block_size : malloc_usable_size(block);
}

void* allocate(std::size_t size, const char*, int) {
  if (size == 0) return nullptr;
  void* const large = LargeBlocks::suits(size) ? LargeBlocks::take() : nullptr;
  return large != nullptr ? large : std::malloc(size);
}

void release(void* block, const char*, int) {
  if (block == nullptr) return;
  wipe(block, size_of(block));
  LargeBlocks::owns(block) ? LargeBlocks::give_back(block) : std::free(block);
}

// Not realloc, which may move the block and leave the old one unwiped.
void* reallocate(void* block, std::size_t size, const char* file, int line) {
  if (block == nullptr) return allocate(size, file, line);
  const std::size_t old_size = size_of(block);
  if (size != 0 && size <= old_size) return block;
  void* const moved = allocate(size, file, line);
  if (moved != nullptr) std::memcpy(moved, block, old_size);
  if (moved != nullptr || size == 0) release(block, file, line);
  return moved;
}

}  // namespace

bool wipe_openssl_memory() noexcept {
  CRYPTO_free_fn in_use = nullptr;
  CRYPTO_get_mem_functions(nullptr, nullptr, &in_use);
  return in_use == release || CRYPTO_set_mem_functions(allocate, reallocate, release) == 1;
}

void harden_process() {
  if (!wipe_openssl_memory()) throw std::logic_error("harden_process was called too late: OpenSSL is already in use");
  const rlimit no_core{0, 0};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0) throw std::system_error(errno, std::generic_category(), "setrlimit");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw std::system_error(errno, std::generic_category(), "prctl");
  // Not fatal: without it OpenSSL uses its ordinary heap, and overwrites private numbers there too.
  if (CRYPTO_secure_malloc_initialized() == 0) CRYPTO_secure_malloc_init(secure_heap_size, secure_heap_smallest);
}

void lock_memory(const void* data, std::size_t size) noexcept {
  if (size == 0) return;
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const std::size_t before = reinterpret_cast<std::uintptr_t>(data) & (page - 1);
  auto* const start = const_cast<char*>(static_cast<const char*>(data)) - before;
  static_cast<void>(mlock(start, before + size));
  static_cast<void>(madvise(start, (before + size + page - 1) & ~(page - 1), MADV_DONTDUMP));
}

}  // namespace tacit::crypto
