// A value that one thread replaces now and then and many read all the time: immutable, swapped whole, read without a
// lock. A reader keeps the value that it saw last and asks an atomic number whether there is a newer one; only then
// does it take a lock, for as long as copying a pointer takes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace tacit::auth {

template <class T>
class Published {
 public:
  using Value = std::shared_ptr<const T>;

  /// Thread-safe.
  void publish(Value value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    version_.fetch_add(1, std::memory_order_release);
  }
  /// Thread-safe; takes the lock. Null before the first.
  Value get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  /// One thread's view. The published value must outlive it.
  class Reader {
   public:
    explicit Reader(const Published& source) : source_(&source) {}
    /// The newest value, or null. Valid until the next call.
    const T* get() {
      const std::uint64_t version = source_->version_.load(std::memory_order_acquire);
      if (version != seen_) {
        value_ = source_->get();
        seen_ = version;
      }
      return value_.get();
    }

   private:
    const Published* source_;
    Value value_;
    std::uint64_t seen_ = 0;
  };

 private:
  mutable std::mutex mutex_;
  Value value_;
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace tacit::auth
