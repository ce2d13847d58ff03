// The calls and watches of a client that have not ended: kept alive, and cancelled when the client ends.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace tacit::store::etcd {

class Work {
 public:
  virtual ~Work() = default;
  /// Makes it end soon. Runs on the completion thread.
  virtual void cancel() = 0;
};

/// Thread-safe.
class WorkInFlight {
 public:
  void add(std::shared_ptr<Work> work);
  /// The last thing that a work does; it may be destroyed.
  void remove(const Work* work);

  /// From now on work that begins ends at once.
  void stop() { stopping_.store(true, std::memory_order_release); }
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }
  void cancel_all();
  void wait_until_empty();

 private:
  std::mutex mutex_;
  std::condition_variable empty_;
  std::unordered_map<const Work*, std::shared_ptr<Work>> works_;
  std::atomic<bool> stopping_{false};
};

}  // namespace tacit::store::etcd
