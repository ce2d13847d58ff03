#include "crypto/process.hpp"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace tacit::crypto {
namespace {

// OpenSSL's secure heap does not grow, and a full one fails handshakes: enough for some ten thousand at once, each with
// a number or two of a private key, and small against the usual limit of 8 MiB of locked memory.
constexpr std::size_t secure_heap_size = std::size_t{1} << 20;
constexpr std::size_t secure_heap_smallest = 32;

}  // namespace

void harden_process() {
  const rlimit no_core{0, 0};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0) throw std::system_error(errno, std::generic_category(), "setrlimit");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw std::system_error(errno, std::generic_category(), "prctl");
  // Not fatal: without it OpenSSL uses its ordinary heap, and overwrites private numbers there as well.
  if (CRYPTO_secure_malloc_initialized() == 0) CRYPTO_secure_malloc_init(secure_heap_size, secure_heap_smallest);
}

void lock_memory(const void* data, std::size_t size) noexcept {
  if (size == 0) return;
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<std::uintptr_t>(data) & ~(page - 1);
  const auto last = reinterpret_cast<std::uintptr_t>(data) + size;
  void* const start = reinterpret_cast<void*>(first);
  static_cast<void>(mlock(start, last - first));
  static_cast<void>(madvise(start, (last - first + page - 1) & ~(page - 1), MADV_DONTDUMP));
}

}  // namespace tacit::crypto
