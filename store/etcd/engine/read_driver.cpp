#include "store/etcd/engine/read_driver.hpp"

#include <stdexcept>
#include <utility>

namespace tacit::store::etcd {
namespace {

Task<bool> run_write(const Work& work, EtcdTransaction& transaction) {
  const bool keep = co_await work(transaction);
  if (!keep) co_return false;
  const bool settled = co_await transaction.settle_erased_entries();
  // The work believes that its changes are kept, so its result must not count: it is answered as a failure.
  if (!settled) throw std::logic_error("audit entries were erased that are not the oldest of their blocks");
  co_return true;
}

}  // namespace

void ReadDriver::start(const Work& work) {
  try {
    task_.emplace(settles_ ? run_write(work, transaction_) : work(transaction_));
    task_->start();
  } catch (...) {
    thrown_ = std::current_exception();
    done_ = true;
    return;
  }
  advance();
}

void ReadDriver::advance() {
  if (!task_->done()) return;
  done_ = true;
  try {
    kept_ = task_->take();
  } catch (...) {
    thrown_ = std::current_exception();
  }
}

bool ReadDriver::kept() const {
  if (thrown_) std::rethrow_exception(thrown_);
  return kept_;
}

void ReadDriver::collect(ReadRound& round) {
  asked_.clear();
  if (done_) return;
  for (const Range& want : transaction_.wants()) {
    const auto place = round.add(want);
    if (!place) return;
    asked_.push_back(*place);
  }
}

void ReadDriver::deliver(const ReadRound& round) {
  if (done_ || asked_.empty()) return;
  for (const std::size_t place : asked_) {
    if (round.is_useless(place)) stalled_ = true;
    if (const RangeResult* const keys = round.keys_of(place)) transaction_.deliver_keys(*keys);
  }
  if (stalled_) return;
  const std::size_t answered = asked_.size();
  asked_.clear();
  try {
    transaction_.resume(answered);
  } catch (...) {
    thrown_ = std::current_exception();
    done_ = true;
    return;
  }
  advance();
}

}  // namespace tacit::store::etcd
