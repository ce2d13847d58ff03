#include "store/etcd/engine/past_rows.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "store/etcd/engine/bytes_order.hpp"

namespace tacit::store::etcd {
namespace {

using namespace std::chrono_literals;

/// A member whose watch is behind does not answer a request for progress, so it is asked again.
constexpr std::chrono::milliseconds ask_again = 100ms;
constexpr std::chrono::milliseconds watch_again = 200ms;

Range range_of(const KeyRange& rows) {
  Range range;
  range.key = rows.first;
  range.end = rows.end;
  return range;
}

RpcFailure failure_with(RpcErrc code, std::string text) {
  RpcFailure failure;
  failure.code = code;
  failure.text = std::move(text);
  return failure;
}

}  // namespace

/// What the watch has told. Thread-safe.
class PastRows::Known {
 public:
  explicit Known(std::int64_t revision) : revision_(revision), reported_(revision) {}

  void begun() {
    const std::lock_guard lock(mutex_);
    ended_ = false;
  }

  void events(std::vector<WatchEvent> events) {
    const std::lock_guard lock(mutex_);
    for (WatchEvent& event : events) {
      newest_event_ = std::max(newest_event_, event.mod_revision);
      note(event);
    }
    if (!lost_.empty()) changed_.notify_all();
  }

  void reached(std::int64_t revision) {
    const std::lock_guard lock(mutex_);
    reported_ = std::max(reported_, revision);
    changed_.notify_all();
  }

  void ended(const RpcFailure& why) {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    if (why.code == RpcErrc::compacted) lose(why.text);
    changed_.notify_all();
  }

  enum class State : std::uint8_t { reached, behind, ended, lost };
  State wait(std::int64_t revision, Clock::time_point until) {
    std::unique_lock lock(mutex_);
    const auto settled = [&] { return reported_ >= revision || ended_ || !lost_.empty(); };
    changed_.wait_until(lock, until, settled);
    if (!lost_.empty()) return State::lost;
    if (reported_ >= revision) return State::reached;
    return ended_ ? State::ended : State::behind;
  }

  /// Where a watch has to begin so that no event is missed. Those that it tells twice do no harm.
  std::int64_t next() const {
    const std::lock_guard lock(mutex_);
    return std::max(reported_ + 1, newest_event_);
  }

  std::string lost() const {
    const std::lock_guard lock(mutex_);
    return lost_;
  }

  /// False if a row was changed, and the watch has not told what it was before.
  bool rewind(const Range& range, RangeResult& result) const {
    const std::lock_guard lock(mutex_);
    Bytes end = range.end.empty() ? key_after(range.key) : range.end;
    if (result.more && !result.rows.empty()) end = std::min(end, key_after(result.rows.back().key), BytesLess());
    std::vector<KeyValue> rows;
    rows.reserve(result.rows.size());
    auto former = rows_.lower_bound(range.key);
    for (KeyValue& row : result.rows) {
      for (; former != rows_.end() && is_less(former->first, row.key); ++former) rows.push_back(former->second);
      const bool is_former = former != rows_.end() && former->first == row.key;
      if (is_former) {
        rows.push_back((former++)->second);
      } else if (row.mod_revision <= revision_) {
        rows.push_back(std::move(row));
      } else if (row.create_revision <= revision_) {
        return false;
      }
    }
    for (; former != rows_.end() && is_less(former->first, end); ++former) rows.push_back(former->second);
    result.rows = std::move(rows);
    if (result.more) result.reached = std::move(end);
    return true;
  }

  const std::int64_t revision_;

 private:
  /// Under the lock. Only a row's first change after the revision tells what it was at the revision.
  void note(WatchEvent& event) {
    if (!lost_.empty() || event.mod_revision <= revision_ || rows_.contains(event.key)) return;
    if (event.previous) {
      if (event.previous->mod_revision > revision_) return;
      bytes_ += 2 * event.key.size() + event.previous->value.size() + sizeof(KeyValue);
      if (bytes_ > most_bytes) return lose("too many of its rows were changed meanwhile");
      rows_.emplace(event.key, std::move(*event.previous));
      return;
    }
    const bool is_made_since = event.value && event.create_revision > revision_;
    if (!is_made_since) lose("etcd forgot a row before it told of its change");
  }

  void lose(std::string why) {
    if (lost_.empty()) lost_ = std::move(why);
    rows_.clear();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Bytes, KeyValue, BytesLess> rows_;  ///< that existed at the revision and were changed since
  std::size_t bytes_ = 0;                      ///< of these
  std::int64_t reported_;                      ///< all events up to this revision were told
  std::int64_t newest_event_ = 0;
  bool ended_ = false;
  std::string lost_;  ///< why nothing can be told any more
};

PastRows::PastRows(std::shared_ptr<EtcdClient> client, const KeyRange& rows, std::int64_t revision)
    : client_(std::move(client)), rows_(range_of(rows)), known_(std::make_shared<Known>(revision)) {
  watch();
}

PastRows::~PastRows() = default;

std::int64_t PastRows::revision() const { return known_->revision_; }

void PastRows::watch() {
  watch_.reset();
  known_->begun();
  WatchHandlers handlers;
  handlers.wants_previous = true;
  handlers.events = [known = known_](std::vector<WatchEvent> events, std::int64_t) {
    known->events(std::move(events));
  };
  handlers.progress = [known = known_](std::int64_t revision) { known->reached(revision); };
  handlers.ended = [known = known_](const RpcFailure& why) { known->ended(why); };
  watch_ = client_->watch(rows_, known_->next(), std::move(handlers));
}

RpcOutcome<std::monostate> PastRows::wait_for(std::int64_t revision, Clock::time_point deadline) {
  for (;;) {
    if (watch_) watch_->request_progress();
    const auto state = known_->wait(revision, std::min(deadline, Clock::now() + ask_again));
    if (state == Known::State::reached) return std::monostate();
    if (state == Known::State::lost) return failure_with(RpcErrc::compacted, known_->lost());
    if (Clock::now() >= deadline) return failure_with(RpcErrc::unreachable, "etcd did not tell of changes in time");
    if (state != Known::State::ended) continue;
    // With a pause: `wait` returns at once while it has ended.
    std::this_thread::sleep_for(watch_again);
    watch();
  }
}

RpcOutcome<ReadTxnResult> PastRows::rewind(const ReadTxn& asked, ReadTxnResult answer, Clock::time_point deadline) {
  const bool fits = answer.ranges.size() == asked.ranges.size() && answer.revision >= revision();
  if (!fits) return failure_with(RpcErrc::invalid, "etcd answered at an older revision, or other ranges");
  if (const auto told = wait_for(answer.revision, deadline); !told) return told.error();
  for (std::size_t i = 0; i < answer.ranges.size(); ++i) {
    if (known_->rewind(asked.ranges[i], answer.ranges[i])) continue;
    return failure_with(RpcErrc::compacted, "etcd did not tell of a row's change");
  }
  answer.revision = revision();
  return answer;
}

}  // namespace tacit::store::etcd
