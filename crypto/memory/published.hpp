// A value that is replaced rarely and read often: immutable, replaced as a whole, read without a lock.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace tacit::crypto {

/// What happens to a replaced value.
enum class Former : std::uint8_t {
  freed,  ///< destroyed with its last holder: for values that are replaced often
  kept,   ///< lives as long as the Published: for values from an operator's configuration
};

/// Thread-safe. With Former::freed, each reading thread has a Reader. With Former::kept, an atomic pointer suffices for
/// reading: a value that was read stays valid.
template <class T, Former former = Former::freed>
class Published {
 public:
  using Value = std::shared_ptr<const T>;

  Published() = default;
  explicit Published(Value first) { publish(std::move(first)); }
  explicit Published(T first) : Published(std::make_shared<const T>(std::move(first))) {}

  void publish(Value value) {
    const std::lock_guard lock(mutex_);
    swap_in(value);
  }
  /// Publishes the value unless it equals the newest.
  void publish_if_new(T value) requires std::equality_comparable<T> {
    auto next = std::make_shared<const T>(std::move(value));
    const std::lock_guard lock(mutex_);
    if (value_ == nullptr || *value_ != *next) swap_in(next);
  }

  /// The newest, shared; null before the first. Holds the lock only while copying a pointer.
  Value get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  /// The newest. There must be one.
  const T& operator*() const requires(former == Former::kept) { return *newest_.load(std::memory_order_acquire); }
  const T* operator->() const requires(former == Former::kept) { return &**this; }

  /// One thread's view: keeps the last value that it read and takes the lock only if there is a newer one. The
  /// Published must outlive it.
  class Reader {
   public:
    explicit Reader(const Published& source) : source_(&source) {}
    /// The newest value, or null. Valid until the next call.
    const T* get() {
      // This holds its value, so no newer value has the same address.
      if (source_->newest_.load(std::memory_order_acquire) != value_.get()) value_ = source_->get();
      return value_.get();
    }

   private:
    const Published* source_;
    Value value_;
  };

 private:
  /// Call under the lock. Leaves the former value to the caller, which frees it after unlocking.
  void swap_in(Value& value) {
    if constexpr (former == Former::kept) former_.push_back(value_);
    value_.swap(value);
    newest_.store(value_.get(), std::memory_order_release);
  }

  mutable std::mutex mutex_;
  Value value_;
  std::vector<Value> former_;  ///< empty if they are freed
  std::atomic<const T*> newest_{nullptr};
};

/// A value that changes with an operator's configuration.
template <class T>
using Configured = Published<T, Former::kept>;

}  // namespace tacit::crypto
