// Work that several threads of a test do concurrently.
#pragma once

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace tacit::test {

/// Runs work(0) … work(count - 1), each on its own thread, and throws the first exception that one of them threw.
/// Boost.Test's macros are for the main thread only, so the work has to return its findings.
template <class Work>
void in_parallel(std::size_t count, Work work) {
  std::mutex mutex;
  std::exception_ptr first;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      try {
        work(i);
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (!first) first = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (first) std::rethrow_exception(first);
}

}  // namespace tacit::test
