#include "store/lmdb/pages/scrub_writes.hpp"

#include <dlfcn.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>

#include "store/lmdb/pages/scrub_rules.hpp"

namespace tacit::store {
namespace {

struct Watched {
  std::atomic<int> file{-1};
  std::atomic<std::size_t> page_size{0};
  std::atomic<std::uint64_t> pages{0};
};

// A process has one store open; tests have several.
constexpr std::size_t most_watched = 16;
constinit std::array<Watched, most_watched> watched{};
constinit std::atomic<int> taken{0};

Watched* find(int file) {
  if (taken.load(std::memory_order_acquire) == 0 || file < 0) return nullptr;
  for (Watched& one : watched) {
    if (one.file.load(std::memory_order_acquire) == file) return &one;
  }
  return nullptr;
}

/// The unit of LMDB's writes: a page, or the pages of an overflow. LMDB owns their memory, which is writable.
std::span<std::uint8_t> pages_of(const void* at, std::size_t size, std::size_t page_size) {
  if (size == 0 || size % page_size != 0) return {};
  return {const_cast<std::uint8_t*>(static_cast<const std::uint8_t*>(at)), size};
}

void before_write(Watched& one, const iovec& part) {
  const std::size_t page_size = one.page_size.load(std::memory_order_relaxed);
  const auto pages = pages_of(part.iov_base, part.iov_len, page_size);
  if (pages.size() == page_size) clear_gap(pages);
}

void after_write(Watched& one, const iovec& part) {
  const std::size_t page_size = one.page_size.load(std::memory_order_relaxed);
  const auto pages = pages_of(part.iov_base, part.iov_len, page_size);
  if (pages.empty() || lmdb::Page(pages).flags() == 0) return;
  std::memset(pages.data() + lmdb::page_header_size, 0, pages.size() - lmdb::page_header_size);
  one.pages.fetch_add(pages.size() / page_size, std::memory_order_relaxed);
}

/// Writes. Repeats a partial write from the same memory.
template <class Write>
ssize_t scrubbed(Watched& one, const iovec* parts, int count, const Write& write) {
  std::size_t whole = 0;
  for (int i = 0; i < count; ++i) {
    before_write(one, parts[i]);
    whole += parts[i].iov_len;
  }
  const ssize_t written = write();
  if (written < 0 || static_cast<std::size_t>(written) != whole) return written;
  for (int i = 0; i < count; ++i) after_write(one, parts[i]);
  return written;
}

/// The definition that the program's own function hides.
template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

using Writev = ssize_t (*)(int, const iovec*, int);
using Pwrite = ssize_t (*)(int, const void*, std::size_t, off_t);

template <class Call>
ssize_t scrubbed_pwrite(int file, const void* bytes, std::size_t size, off_t at, const Call& call) {
  Watched* const one = find(file);
  const std::size_t page_size = one != nullptr ? one->page_size.load(std::memory_order_relaxed) : 0;
  if (page_size == 0 || static_cast<std::size_t>(at) % page_size != 0) return call();
  const iovec part{const_cast<void*>(bytes), size};
  return scrubbed(*one, &part, 1, call);
}

}  // namespace

ScrubbedWrites::ScrubbedWrites(int file, std::size_t page_size) : slot_(most_watched) {
  if (page_size < lmdb::smallest_page || page_size > lmdb::largest_page) return;
  for (std::size_t i = 0; i < most_watched; ++i) {
    int none = -1;
    constexpr int being_taken = -2;
    if (!watched[i].file.compare_exchange_strong(none, being_taken)) continue;
    slot_ = i;
    watched[i].page_size.store(page_size);
    watched[i].pages.store(0);
    watched[i].file.store(file);
    taken.fetch_add(1);
    return;
  }
}

ScrubbedWrites::~ScrubbedWrites() {
  if (slot_ == most_watched) return;
  watched[slot_].file.store(-1);
  taken.fetch_sub(1);
}

std::uint64_t ScrubbedWrites::pages() const {
  return slot_ == most_watched ? 0 : watched[slot_].pages.load(std::memory_order_relaxed);
}

}  // namespace tacit::store

// The C library's signatures. LMDB calls the first two; on platforms with a separate name for 64-bit offsets, the
// third.
extern "C" {

__attribute__((visibility("default"))) ssize_t writev(int file, const iovec* parts, int count) {
  using namespace tacit::store;
  static const auto call_next = next<Writev>("writev");
  Watched* const one = find(file);
  if (one == nullptr) return call_next(file, parts, count);
  return scrubbed(*one, parts, count, [&] { return call_next(file, parts, count); });
}

#ifndef __USE_FILE_OFFSET64  // else the C library's header maps `pwrite` to the other one
__attribute__((visibility("default"))) ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t at) {
  using namespace tacit::store;
  static const auto call_next = next<Pwrite>("pwrite");
  return scrubbed_pwrite(file, bytes, size, at, [&] { return call_next(file, bytes, size, at); });
}
#endif

__attribute__((visibility("default"))) ssize_t pwrite64(int file, const void* bytes, std::size_t size, off64_t at) {
  using namespace tacit::store;
  static const auto call_next = next<Pwrite>("pwrite64");
  return scrubbed_pwrite(file, bytes, size, at, [&] { return call_next(file, bytes, size, at); });
}

}  // extern "C"
