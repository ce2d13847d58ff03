#include "store/etcd/watch/cache_watch.hpp"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "store/etcd/watch/watch_progress.hpp"

namespace tacit::store::etcd {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds read_time = 3s;
constexpr std::chrono::milliseconds first_pause = 50ms;
constexpr std::chrono::milliseconds longest_pause = 2s;
/// A member that is some milliseconds behind gets there by then.
constexpr std::chrono::milliseconds ask_again = 20ms;

}  // namespace

/// Used on the schedule's thread, except `figures`. The watch's handlers do not keep it alive: its end destroys the
/// watch, which must not happen within one of them.
class CacheWatch::State : public std::enable_shared_from_this<State> {
 public:
  State(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys,
        const std::shared_ptr<RowCache>& cache)
      : client_(std::move(client)),
        schedule_(std::move(schedule)),
        keys_(std::move(keys)),
        cache_(cache),
        progress_(std::make_shared<WatchProgress>(cache, keys_)) {}

  void start() {
    schedule_->post(while_alive(weak_from_this(), [](State& self) { self.tick(); }));
  }

  /// Nothing happens on the schedule any more, except the end of what runs now.
  void stop() { stopping_.store(true, std::memory_order_relaxed); }

  WatchFigures figures() const {
    WatchFigures figures;
    figures.open = open_.load(std::memory_order_relaxed);
    figures.restarts = restarts_.load(std::memory_order_relaxed);
    figures.gaps = gaps_.load(std::memory_order_relaxed);
    figures.barriers = barriers_.load(std::memory_order_relaxed);
    figures.failed_barriers = failed_barriers_.load(std::memory_order_relaxed);
    figures.revisions_behind = progress_->revisions_behind();
    return figures;
  }

 private:
  template <class Next>
  void later(std::chrono::milliseconds pause, Next next) {
    schedule_->after(pause, while_alive(weak_from_this(), [next](State& self) {
                       if (!self.stopping_.load(std::memory_order_relaxed)) next(self);
                     }));
  }

  void tick() {
    later(interval, [](State& self) { self.tick(); });
    replace_silent_watch();
    ask_barrier();
  }

  void replace_silent_watch() {
    const auto waiting = progress_->oldest_waiting();
    if (!watch_ || !waiting) return;
    const auto since = std::max(*waiting, opened_at_);
    if (schedule_->now() - since > longest_silence) watch_ended(watch_number_, RpcErrc::unreachable);
  }

  void ask_barrier() {
    if (asking_) return;
    asking_ = true;
    ReadTxn read;
    // A key that does not exist: what counts is the revision.
    Range range;
    range.key = keys_.key(Table::api_keys, {});
    range.limit = 1;
    read.ranges.push_back(std::move(range));
    const BootClock::time_point began = schedule_->now();
    client_->read(std::move(read), Clock::now() + read_time,
                  back_on(schedule_, weak_from_this(), [began](State& self, const RpcOutcome<ReadTxnResult>& result) {
                    self.asking_ = false;
                    if (!self.stopping_.load(std::memory_order_relaxed)) self.barrier_read(began, result);
                  }));
  }

  void barrier_read(BootClock::time_point began, const RpcOutcome<ReadTxnResult>& result) {
    if (!result) {
      failed_barriers_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    barriers_.fetch_add(1, std::memory_order_relaxed);
    const std::int64_t revision = result->revision;
    // Revisions only fall when another state was restored.
    if (has_gap_ || revision < newest_) restart(revision);
    newest_ = revision;
    cache_->barrier(began, revision);
    if (progress_->barrier(began, revision) && watch_) watch_->request_progress();
  }

  void restart(std::int64_t floor) {
    // Before the cache is emptied: its last events and reports concern what was before.
    watch_.reset();
    open_.store(false, std::memory_order_relaxed);
    ++watch_number_;
    if (newest_ != 0) gaps_.fetch_add(1, std::memory_order_relaxed);
    progress_->restart(floor);
    has_gap_ = false;
    open();
  }

  void open() {
    if (watch_ || has_gap_) return;
    const std::uint64_t number = ++watch_number_;
    opened_at_ = schedule_->now();
    watch_ = client_->watch(watched(), progress_->next(), handlers(number));
    open_.store(watch_ != nullptr, std::memory_order_relaxed);
    if (watch_ && progress_->oldest_waiting()) watch_->request_progress();
  }

  /// The API keys' rows. Not tenants' records: their range has all secrets too.
  Range watched() const {
    const KeyRange rows = keys_.ranges(Table::api_keys, {}, {}).front();
    Range range;
    range.key = rows.first;
    range.end = rows.end;
    return range;
  }

  WatchHandlers handlers(std::uint64_t number) {
    WatchHandlers handlers;
    handlers.events = [progress = progress_](std::vector<WatchEvent> events, std::int64_t) {
      progress->events(std::move(events));
    };
    auto again = while_alive(weak_from_this(), [number](State& self) { self.report_lacks(number); });
    auto works = while_alive(weak_from_this(), [](State& self) { self.pause_ = first_pause; });
    handlers.progress = [progress = progress_, schedule = schedule_, asks = asks_again_, again,
                         works](std::int64_t revision) {
      const bool lacks = progress->reported(revision);
      if (!lacks) schedule->post(works);
      if (lacks && !asks->exchange(true)) schedule->after(ask_again, again);
    };
    handlers.ended = back_on(schedule_, weak_from_this(),
                             [number](State& self, const RpcFailure& why) { self.watch_ended(number, why.code); });
    return handlers;
  }

  /// The watch's member had not reached the newest barrier when it reported.
  void report_lacks(std::uint64_t number) {
    asks_again_->store(false);
    if (stopping_.load(std::memory_order_relaxed) || number != watch_number_ || !watch_) return;
    if (progress_->oldest_waiting()) watch_->request_progress();
  }

  void watch_ended(std::uint64_t number, RpcErrc why) {
    if (stopping_.load(std::memory_order_relaxed) || number != watch_number_ || !watch_) return;
    watch_.reset();
    open_.store(false, std::memory_order_relaxed);
    restarts_.fetch_add(1, std::memory_order_relaxed);
    if (why == RpcErrc::compacted) {
      // The next barrier opens it.
      has_gap_ = true;
      return ask_barrier();
    }
    later(pause_, [](State& self) { self.open(); });
    pause_ = std::min(2 * pause_, longest_pause);
  }

  const std::shared_ptr<EtcdClient> client_;
  const std::shared_ptr<Schedule> schedule_;
  const KeyMap keys_;
  const std::shared_ptr<RowCache> cache_;
  const std::shared_ptr<WatchProgress> progress_;

  bool asking_ = false;
  bool has_gap_ = true;      ///< the copies may lack events: the next barrier empties the cache
  std::int64_t newest_ = 0;  ///< the newest barrier's revision
  std::uint64_t watch_number_ = 0;
  BootClock::time_point opened_at_{};
  std::chrono::milliseconds pause_ = first_pause;

  /// A question is on its way, so that many reports do not cause many.
  const std::shared_ptr<std::atomic<bool>> asks_again_ = std::make_shared<std::atomic<bool>>(false);

  std::atomic<bool> stopping_{false};
  std::atomic<bool> open_{false};
  std::atomic<std::uint64_t> restarts_{0};
  std::atomic<std::uint64_t> gaps_{0};
  std::atomic<std::uint64_t> barriers_{0};
  std::atomic<std::uint64_t> failed_barriers_{0};

  std::unique_ptr<Watch> watch_;  ///< destroyed first
};

CacheWatch::CacheWatch(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys,
                       std::shared_ptr<RowCache> cache)
    : state_(std::make_shared<State>(std::move(client), std::move(schedule), std::move(keys), cache)) {
  state_->start();
}

CacheWatch::~CacheWatch() { state_->stop(); }

WatchFigures CacheWatch::figures() const { return state_->figures(); }

}  // namespace tacit::store::etcd
