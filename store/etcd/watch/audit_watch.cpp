#include "store/etcd/watch/audit_watch.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace tacit::store::etcd {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds first_pause = 500ms;
constexpr std::chrono::milliseconds longest_pause = 10s;

}  // namespace

/// Is told until `stop`.
class AuditWatch::Listener {
 public:
  explicit Listener(std::function<void()> changed) : changed_(std::move(changed)) {}

  void tell() {
    const std::lock_guard lock(mutex_);
    if (changed_) changed_();
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    changed_ = nullptr;
  }

 private:
  std::mutex mutex_;
  std::function<void()> changed_;
};

/// Used on the schedule's thread. The watch's handlers do not keep it alive: its end destroys the watch, which must not
/// happen within one of them.
class AuditWatch::State : public std::enable_shared_from_this<State> {
 public:
  State(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, const KeyMap& keys,
        std::shared_ptr<Listener> listener)
      : client_(std::move(client)),
        schedule_(std::move(schedule)),
        heads_(keys.heads()),
        listener_(std::move(listener)) {}

  void start() {
    schedule_->post(while_alive(weak_from_this(), [](State& self) { self.open(); }));
  }

 private:
  void open() {
    Range range;
    range.key = heads_.first;
    range.end = heads_.end;
    WatchHandlers handlers;
    handlers.events = [listener = listener_, schedule = schedule_, works = works()](
                          const std::vector<WatchEvent>& events, std::int64_t) {
      if (events.empty()) return;
      schedule->post(works);
      listener->tell();
    };
    handlers.progress = [](std::int64_t) {};
    handlers.ended = back_on(schedule_, weak_from_this(), [](State& self, const RpcFailure&) { self.ended(); });
    watch_ = client_->watch(std::move(range), 0, std::move(handlers));
    if (!watch_) return ended();
    listener_->tell();  // of what was missed before
  }

  std::function<void()> works() {
    return while_alive(weak_from_this(), [](State& self) { self.pause_ = first_pause; });
  }

  void ended() {
    watch_.reset();
    schedule_->after(pause_, while_alive(weak_from_this(), [](State& self) { self.open(); }));
    pause_ = std::min(2 * pause_, longest_pause);
  }

  const std::shared_ptr<EtcdClient> client_;
  const std::shared_ptr<Schedule> schedule_;
  const KeyRange heads_;
  const std::shared_ptr<Listener> listener_;
  std::chrono::milliseconds pause_ = first_pause;
  std::unique_ptr<Watch> watch_;  ///< destroyed first
};

AuditWatch::AuditWatch(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, const KeyMap& keys,
                       std::function<void()> changed)
    : listener_(std::make_shared<Listener>(std::move(changed))),
      state_(std::make_shared<State>(std::move(client), std::move(schedule), keys, listener_)) {
  state_->start();
}

AuditWatch::~AuditWatch() { listener_->stop(); }

}  // namespace tacit::store::etcd
