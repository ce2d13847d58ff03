// Loaded before a program's own libraries (LD_PRELOAD): allocations fail as test/faults/library/sites.hpp describes,
// also those of operator new, which calls malloc.
#include <cerrno>
#include <cstddef>

#include "test/faults/library/sites.hpp"

extern "C" {

// glibc's own, under names that nothing replaces.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

static bool no_memory(const char* call) noexcept {
  if (!faults::fails(faults::Kind::memory, call)) return false;
  errno = ENOMEM;
  return true;
}

void* malloc(std::size_t size) { return no_memory("malloc") ? nullptr : __libc_malloc(size); }

void* calloc(std::size_t count, std::size_t size) { return no_memory("calloc") ? nullptr : __libc_calloc(count, size); }

void* realloc(void* old, std::size_t size) {
  return size != 0 && no_memory("realloc") ? nullptr : __libc_realloc(old, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
  return no_memory("memalign") ? nullptr : __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return no_memory("aligned_alloc") ? nullptr : __libc_memalign(alignment, size);
}

int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  if (faults::fails(faults::Kind::memory, "posix_memalign")) return ENOMEM;
  void* const memory = __libc_memalign(alignment, size);
  if (memory == nullptr) return ENOMEM;
  *result = memory;
  return 0;
}

}  // extern "C"
