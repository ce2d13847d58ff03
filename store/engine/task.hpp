// A lazy coroutine for work inside a transaction: it starts when it is awaited and returns one value. On an engine that
// never waits (LMDB) it runs to its end like a function call; on an engine that waits, it is suspended with its caller.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tacit::store {

template <class T>
class Task;

namespace detail {

class TaskPromiseBase {
 public:
  /// Resumes the awaiting coroutine if it was suspended; else `start` below has not returned yet and continues.
  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      if (const auto caller = self.promise().caller_) caller.resume();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

  void set_caller(std::coroutine_handle<> caller) { caller_ = caller; }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::coroutine_handle<> caller_;
  std::exception_ptr error_;
};

template <class T>
class TaskPromise : public TaskPromiseBase {
 public:
  Task<T> get_return_object();
  void return_value(T value) { value_.emplace(std::move(value)); }
  T take() {
    rethrow();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const { rethrow(); }
};

/// The value of a task that needed no coroutine.
template <class T>
struct ReadyValue {
  std::optional<T> value;
};
template <>
struct ReadyValue<void> {};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;

  /// A value that is already available: needs no coroutine frame.
  template <class U = T>
  requires(!std::is_void_v<T> && std::is_constructible_v<T, U>) Task(U value)
      : ready_{T(std::move(value))} {}  // NOLINT(google-explicit-constructor)
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)), ready_(std::move(other.ready_)) {}
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const noexcept { return !frame_; }
  /// Runs the task on the caller's stack. The caller is suspended only if the task is. (Not a symmetric transfer: that
  /// would rely on tail calls, which unoptimised and sanitised builds do not make.)
  bool await_suspend(std::coroutine_handle<> caller) {
    frame_.resume();
    if (frame_.done()) return false;
    frame_.promise().set_caller(caller);
    return true;
  }
  T await_resume() {
    if constexpr (!std::is_void_v<T>) {
      if (!frame_) return std::move(*ready_.value);
    }
    return frame_.promise().take();
  }

  // A task outside a coroutine, for an engine that waits. What suspends it (a `get` or a `scan` of the engine's
  // transaction) keeps the coroutine that awaits; the engine resumes that one, on one thread at a time, when it has the
  // rows. The callers then resume from within, up to this task. Destroying a suspended task destroys all of these
  // frames; afterwards the kept coroutine must not be resumed.
  /// Runs to its end or to its first suspension. Call at most once.
  void start() {
    if (frame_) frame_.resume();
  }
  /// Call after `start`.
  bool done() const { return !frame_ || frame_.done(); }
  /// The result, once it is done; throws what the task threw.
  T take() { return await_resume(); }

  /// Runs to the end, outside a coroutine. For engines whose transactions never wait.
  T run() {
    start();
    if (!done()) throw std::logic_error("a transaction was suspended on an engine that never waits");
    return take();
  }

 private:
  std::coroutine_handle<promise_type> frame_;
  [[no_unique_address]] detail::ReadyValue<T> ready_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

}  // namespace detail
}  // namespace tacit::store
