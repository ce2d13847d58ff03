#include "store/etcd/rpc/work_in_flight.hpp"

#include <utility>
#include <vector>

namespace tacit::store::etcd {

void WorkInFlight::add(std::shared_ptr<Work> work) {
  const std::lock_guard lock(mutex_);
  const Work* key = work.get();
  works_.emplace(key, std::move(work));
}

void WorkInFlight::remove(const Work* work) {
  std::shared_ptr<Work> ended;  // destroyed without the lock: a callback in it may own anything
  {
    const std::lock_guard lock(mutex_);
    const auto found = works_.find(work);
    if (found == works_.end()) return;
    ended = std::move(found->second);
    works_.erase(found);
  }
  ended.reset();
  const std::lock_guard lock(mutex_);
  if (works_.empty()) empty_.notify_all();
}

void WorkInFlight::cancel_all() {
  std::vector<std::shared_ptr<Work>> works;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, work] : works_) works.push_back(work);
  }
  for (const std::shared_ptr<Work>& work : works) work->cancel();
}

void WorkInFlight::wait_until_empty() {
  std::unique_lock lock(mutex_);
  empty_.wait(lock, [this] { return works_.empty(); });
}

}  // namespace tacit::store::etcd
