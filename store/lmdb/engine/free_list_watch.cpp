#include "store/lmdb/engine/free_list_watch.hpp"

#include <pthread.h>

#include <algorithm>
#include <new>

#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/scrub/scrub_waiting.hpp"

namespace tacit::store {
namespace {

constexpr std::chrono::seconds shortest_pause{1};
/// A pause is nine times as long as the count before it.
constexpr int pause_for_each = 9;
/// A part of a count takes about 0.2 ms, or for pages to scrub a millisecond.
constexpr std::size_t rows_of_part = 4096;
constexpr std::chrono::milliseconds between_parts{2};
/// 1 MiB. Further pages count as waiting without being read.
constexpr std::uint64_t most_pages_read = 256;

}  // namespace

FreeListWatch::FreeListWatch(const LmdbEnv& env, const ScrubMemory* memory, const Short& at_once)
    : env_(env), memory_(memory), at_once_(at_once), thread_([this] { run(); }) {
  ::pthread_setname_np(thread_.native_handle(), "free-list");
}

FreeListWatch::~FreeListWatch() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void FreeListWatch::wake(std::atomic<bool>& is_long) {
  {
    const std::lock_guard lock(mutex_);
    is_long.store(true, std::memory_order_release);
  }
  changed_.notify_all();
}

FreePages FreeListWatch::pages() {
  if (!pages_long_.load(std::memory_order_acquire)) {
    FreeListCount count(env_.handle());
    if (!count.step({.rows = at_once_.rows})) return count.pages();
    counted_.publish(std::make_shared<const FreePages>(count.pages()));
    wake(pages_long_);
  }
  return *counted_.get();
}

std::uint64_t FreeListWatch::pages_to_scrub() {
  if (!waiting_long_.load(std::memory_order_acquire)) {
    const FreeListSize size = free_list_size(env_.handle());
    if (size.rows + size.pages_of_long_rows <= at_once_.scrubbed_rows) {
      return store::pages_to_scrub(env_, memory_, most_pages_read);
    }
    wake(waiting_long_);
  }
  return waiting_.load(std::memory_order_relaxed);
}

void FreeListWatch::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ending_ || pages_long_ || waiting_long_; });
      if (ending_) return;
    }
    const auto began = Clock::now();
    try {
      count_pages();
      count_waiting();
    } catch (const std::bad_alloc&) {  // counts again after the pause
    }
    const auto pause = std::max<Clock::duration>(shortest_pause, pause_for_each * (Clock::now() - began));
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, pause, [this] { return ending_; })) return;
  }
}

void FreeListWatch::count_pages() {
  if (!pages_long_) return;
  FreeListCount count(env_.handle());
  while (count.step({.rows = rows_of_part})) {
    if (!rest()) return;
  }
  counted_.publish(std::make_shared<const FreePages>(count.pages()));
  if (free_list_size(env_.handle()).rows <= at_once_.rows) pages_long_.store(false, std::memory_order_release);
}

void FreeListWatch::count_waiting() {
  if (!waiting_long_) return;
  PagesToScrub count(env_, memory_, most_pages_read);
  while (count.step(rows_of_part)) {
    if (!rest()) return;
  }
  waiting_.store(count.found(), std::memory_order_relaxed);
  const FreeListSize size = free_list_size(env_.handle());
  if (size.rows + size.pages_of_long_rows <= at_once_.scrubbed_rows) {
    waiting_long_.store(false, std::memory_order_release);
  }
}

bool FreeListWatch::rest() {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, between_parts, [this] { return ending_; });
}

}  // namespace tacit::store
