// A step on many items, on several threads, whose results come back in the order of the items.
#pragma once

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace tacit::store {

/// Its functions are for one thread, which takes part in the work while it waits for a result.
template <class Item>
class OrderedWork {
 public:
  using Step = std::function<void(Item&)>;

  /// `threads`: including the caller's: with 1 all steps run in `pop`. At most 64. `step` runs on any of the threads.
  OrderedWork(unsigned threads, Step step) : step_(std::move(step)), threads_(std::clamp(threads, 1U, most_threads)) {
    try {
      while (helpers_.size() + 1 < threads_) helpers_.emplace_back([this] { help(); });
    } catch (const std::system_error&) {
      // The process may have no more threads: fewer do the same.
    }
  }
  /// Waits for steps that have begun; others do not run.
  ~OrderedWork() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& helper : helpers_) helper.join();
  }
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;

  void push(std::unique_ptr<Item> item) {
    order_.push_back(std::make_shared<Place>(std::move(item)));
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(order_.back());
    }
    changed_.notify_one();
  }
  /// The oldest item that was not taken yet, after its step. Throws what the step threw. There must be one.
  std::unique_ptr<Item> pop() {
    const std::shared_ptr<Place> oldest = std::move(order_.front());
    order_.pop_front();
    std::unique_lock lock(mutex_);
    while (!oldest->done) {
      if (waiting_.empty()) {
        done_.wait(lock);
      } else {
        run_next(lock);
      }
    }
    if (oldest->error) std::rethrow_exception(oldest->error);
    return std::move(oldest->item);
  }

  bool is_empty() const { return order_.empty(); }
  /// Whether as many items are there as keep all threads busy: take some before the next ones.
  bool is_full() const { return order_.size() >= std::size_t{4} * threads_; }

 private:
  static constexpr unsigned most_threads = 64;

  struct Place {
    explicit Place(std::unique_ptr<Item> of) : item(std::move(of)) {}
    std::unique_ptr<Item> item;
    std::exception_ptr error{};
    bool done = false;
  };

  void help() {
    ::pthread_setname_np(::pthread_self(), "verify");
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) return;
      run_next(lock);
    }
  }

  /// The lock is released meanwhile.
  void run_next(std::unique_lock<std::mutex>& lock) {
    const std::shared_ptr<Place> next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    try {
      step_(*next->item);
    } catch (...) {
      next->error = std::current_exception();
    }
    lock.lock();
    next->done = true;
    done_.notify_one();
  }

  const Step step_;
  const unsigned threads_;
  std::deque<std::shared_ptr<Place>> order_;  ///< of the caller alone
  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable done_;
  std::deque<std::shared_ptr<Place>> waiting_;  ///< their steps have not begun
  bool ending_ = false;
  std::vector<std::thread> helpers_;
};

}  // namespace tacit::store
