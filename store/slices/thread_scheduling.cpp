#include "store/slices/thread_scheduling.hpp"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <optional>

namespace tacit::store {
namespace {

constexpr std::uint64_t long_slice = 30'000'000;  // nanoseconds
constexpr std::uint64_t short_slice = 100'000;    // the kernel's minimum
constexpr std::uint64_t usual_slice = 0;          // the kernel's default

std::atomic<int> threads_giving_way{0};

/// The first version of the kernel's sched_attr. The kernel's header and the C library's of Debian 12 conflict.
struct Attributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;
  std::uint64_t deadline;
  std::uint64_t period;
};

/// std::nullopt if the thread's policy does not share the CPU. Uses the calls' numbers, because Debian 12's C library
/// has no functions for them.
std::optional<Attributes> own_attributes() {
  Attributes attributes{};
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return std::nullopt;
  if (attributes.policy != SCHED_OTHER && attributes.policy != SCHED_BATCH) return std::nullopt;
  return attributes;
}

void set_slice(std::uint64_t nanoseconds) {
  auto attributes = own_attributes();
  if (!attributes) return;
  attributes->runtime = nanoseconds;
  static_cast<void>(::syscall(SYS_sched_setattr, 0, &*attributes, 0));
}

}  // namespace

void ask_to_give_way() {
  threads_giving_way.fetch_add(1, std::memory_order_relaxed);
  set_slice(long_slice);
}

void ask_for_usual_slices() {
  threads_giving_way.fetch_sub(1, std::memory_order_relaxed);
  set_slice(usual_slice);
}

void run_promptly_beside_lists() {
  thread_local bool prompt = false;
  const bool wanted = threads_giving_way.load(std::memory_order_relaxed) > 0;
  if (wanted == prompt) return;
  prompt = wanted;
  set_slice(wanted ? short_slice : usual_slice);
}

}  // namespace tacit::store
