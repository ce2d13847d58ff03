// A value that is replaced now and then and read all the time, through nothing but an atomic pointer: what it was
// before stays in memory, so whoever looks at that may go on. For what changes with an operator's configuration.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace tacit::auth {

template <class T>
class Retained {
 public:
  explicit Retained(T first) { replace(std::move(first)); }

  /// Never null. What it points at lives as long as this.
  const std::atomic<const T*>& current() const { return current_; }

  /// Thread-safe. One that is equal is not kept.
  void replace(T next) {
    const std::lock_guard lock(mutex_);
    if (!all_.empty() && *all_.back() == next) return;
    all_.push_back(std::make_unique<const T>(std::move(next)));
    current_.store(all_.back().get(), std::memory_order_release);
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<const T>> all_;
  std::atomic<const T*> current_{nullptr};
};

}  // namespace tacit::auth
