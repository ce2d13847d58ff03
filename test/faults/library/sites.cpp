#include "test/faults/library/sites.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "test/faults/library/next.hpp"

namespace faults {

using Main = int (*)(int, char**, char**);

namespace {

constexpr std::size_t most_frames = 24;
constexpr std::size_t own_frames = 4;  // at most so many of the first frames are of this library

// Initial-exec: the first use in a thread allocates nothing.
__attribute__((tls_model("initial-exec"))) thread_local bool inside = false;

struct Frames {
  std::array<std::uintptr_t, most_frames> address{};
  std::size_t count = 0;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* to) {
  Frames& frames = *static_cast<Frames*>(to);
  if (frames.count == most_frames) return _URC_END_OF_STACK;
  const std::uintptr_t address = _Unwind_GetIP(context);
  if (address == 0) return _URC_END_OF_STACK;
  frames.address[frames.count++] = address;
  return _URC_NO_REASON;
}

// System calls by number: the functions of these names may be this library's own.
long open_file(const char* name, int flags) { return ::syscall(SYS_openat, AT_FDCWD, name, flags | O_CLOEXEC, 0600); }

Control* map_control() {
  const char* const name = std::getenv("FAULTS_CONTROL");
  const long fd = name == nullptr ? -1 : open_file(name, O_RDWR);
  if (fd < 0) return nullptr;
  const std::size_t size = table_offset + table_size * sizeof(std::uint64_t);
  const long at = ::syscall(SYS_mmap, nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::syscall(SYS_close, fd);
  return at < 0 && at > -4096 ? nullptr : reinterpret_cast<Control*>(at);
}

Control* control = nullptr;
std::array<char, 256> log_name{};

Main real_main = nullptr;

int begin(int count, char** words, char** environment) {
  if (const char* const name = std::getenv("FAULTS_LOG")) std::strncpy(log_name.data(), name, log_name.size() - 1);
  control = map_control();
  return real_main(count, words, environment);
}

std::uint64_t number(std::uint64_t& shared) {
  return std::atomic_ref<std::uint64_t>(shared).load(std::memory_order_relaxed);
}

std::uint64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1000000000U + static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
  return hash ^ (hash >> 29U);
}

/// An address as a file and an offset in it, which are the same in every process.
struct Place {
  const char* file = "?";
  std::uintptr_t offset = 0;
};

Place place_of(std::uintptr_t address) {
  Place result;
  dl_find_object found{};
  if (::_dl_find_object(reinterpret_cast<void*>(address - 1), &found) != 0) return result;
  result.offset = address - found.dlfo_link_map->l_addr;
  const char* const name = found.dlfo_link_map->l_name;
  result.file = name == nullptr || *name == 0 ? "tacit" : name;
  return result;
}

bool is_own(std::uintptr_t address) {
  static const auto own = [] {
    dl_find_object found{};
    ::_dl_find_object(reinterpret_cast<void*>(&begin), &found);
    return found;
  }();
  return address >= reinterpret_cast<std::uintptr_t>(own.dlfo_map_start) &&
         address < reinterpret_cast<std::uintptr_t>(own.dlfo_map_end);
}

std::uint64_t hash_of(const Frames& frames, std::size_t first, std::size_t depth, std::string_view call) {
  std::uint64_t hash = 1;
  for (const char c : call) hash = mixed(hash, static_cast<unsigned char>(c));
  for (std::size_t i = first; i < frames.count && i < first + depth; ++i) {
    hash = mixed(hash, place_of(frames.address[i]).offset);
  }
  return hash == 0 ? 1 : hash;
}

/// True if this site has not failed before; marks it as failed.
bool take(std::uint64_t hash) {
  auto* const table = reinterpret_cast<std::uint64_t*>(reinterpret_cast<char*>(control) + table_offset);
  for (std::size_t i = 0; i < table_size; ++i) {
    std::atomic_ref<std::uint64_t> slot(table[(hash + i) % table_size]);
    std::uint64_t there = slot.load();
    if (there == hash) return false;
    if (there == 0 && slot.compare_exchange_strong(there, hash)) return true;
    if (there == hash) return false;
  }
  return false;
}

bool is_taken(std::uint64_t hash) {
  auto* const table = reinterpret_cast<std::uint64_t*>(reinterpret_cast<char*>(control) + table_offset);
  for (std::size_t i = 0; i < table_size; ++i) {
    const std::uint64_t there = number(table[(hash + i) % table_size]);
    if (there == hash || there == 0) return there == hash;
  }
  return true;
}

void note(const Frames& frames, std::size_t first, std::string_view call) {
  std::array<char, 2048> line{};
  int size = std::snprintf(line.data(), line.size(), "%.*s %d %ld", static_cast<int>(call.size()), call.data(),
                           static_cast<int>(::getpid()), ::syscall(SYS_gettid));
  for (std::size_t i = first; i < frames.count && size + 120 < static_cast<int>(line.size()); ++i) {
    const Place place = place_of(frames.address[i]);
    const char* const slash = std::strrchr(place.file, '/');
    size += std::snprintf(line.data() + size, line.size() - static_cast<std::size_t>(size), " %.60s+%lx",
                          slash == nullptr ? place.file : slash + 1, static_cast<unsigned long>(place.offset));
  }
  line[static_cast<std::size_t>(size)] = '\n';
  const long fd = open_file(log_name.data(), O_WRONLY | O_CREAT | O_APPEND);
  if (fd < 0) return;
  ::syscall(SYS_write, fd, line.data(), static_cast<std::size_t>(size) + 1);
  ::syscall(SYS_close, fd);
}

/// Only one thread gives a fault at a time, and none in the pause after one.
bool may_fail_now() {
  std::atomic_ref<std::uint64_t> last(control->last);
  const std::uint64_t time = now();
  std::uint64_t before = last.load();
  return (before == 0 || time - before >= number(control->pause)) && last.compare_exchange_strong(before, time);
}

bool by_chance() {
  static std::atomic<std::uint64_t> calls{0};
  const std::uint64_t hash = mixed(mixed(number(control->seed), static_cast<std::uint64_t>(::getpid())), ++calls);
  return (hash >> 32U) < number(control->probability);
}

bool judged(std::string_view call) {
  const std::uint64_t probability = number(control->probability);
  if (probability != 0 && !by_chance()) return false;
  const std::uint64_t pause = number(control->pause);
  const std::uint64_t last = number(control->last);
  if (last != 0 && now() - last < pause) return false;
  Frames frames;
  _Unwind_Backtrace(&add_frame, &frames);
  std::size_t first = 0;
  while (first < own_frames && first < frames.count && is_own(frames.address[first])) ++first;
  if (probability == 0) {
    const std::uint64_t hash = hash_of(frames, first, number(control->depth), call);
    if (hash % number(control->modulus) != number(control->remainder)) return false;
    if (is_taken(hash) || !may_fail_now() || !take(hash)) return false;
  } else if (!may_fail_now()) {
    return false;
  }
  std::atomic_ref<std::uint64_t>(control->given).fetch_add(1);
  note(frames, first, call);
  return true;
}

}  // namespace

bool fails(Kind kind, std::string_view call) noexcept {
  if (control == nullptr || inside || number(control->armed) == 0) return false;
  if (number(control->kind) != static_cast<std::uint64_t>(kind)) return false;
  const int before = errno;
  inside = true;
  std::atomic_ref<std::uint64_t>(control->calls).fetch_add(1, std::memory_order_relaxed);
  const bool result = judged(call);
  inside = false;
  errno = before;
  return result;
}

}  // namespace faults

// Static constructors run without faults, because no program can report theirs: faults begin with main().
extern "C" int __libc_start_main(faults::Main main, int count, char** words, void (*init)(), void (*fini)(),
                                 void (*end_of_linker)(), void* stack_end) {
  using Start = int (*)(faults::Main, int, char**, void (*)(), void (*)(), void (*)(), void*);
  static const auto real = faults::next<Start>("__libc_start_main");
  faults::real_main = main;
  return real(&faults::begin, count, words, init, fini, end_of_linker, stack_end);
}
