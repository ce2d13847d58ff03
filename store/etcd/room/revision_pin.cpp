#include "store/etcd/room/revision_pin.hpp"

#include <algorithm>
#include <future>
#include <mutex>
#include <utility>

#include "crypto/primitives/random.hpp"
#include "store/etcd/room/pin_rows.hpp"

namespace tacit::store::etcd {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds keep_alive_interval = 15s;
constexpr std::chrono::milliseconds again = 2s;
constexpr std::chrono::milliseconds call_time = 5s;

/// Calls and waits for the answer, which comes by the call's own deadline.
template <class T, class Call>
RpcOutcome<T> answer_of(Call call) {
  const auto promise = std::make_shared<std::promise<RpcOutcome<T>>>();
  auto future = promise->get_future();
  call([promise](RpcOutcome<T> answer) { promise->set_value(std::move(answer)); });
  return future.get();
}

}  // namespace

class RevisionPin::State : public std::enable_shared_from_this<State> {
 public:
  State(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, const KeyMap& keys)
      : client_(std::move(client)), schedule_(std::move(schedule)), key_(new_key(keys)), any_key_(pin_keys(keys).key) {}

  /// A failure leaves nothing that lasts longer than the lease.
  RpcOutcome<std::monostate> take(std::int64_t revision, Clock::time_point deadline) {
    const auto asked_at = schedule_->now();
    const auto lease = answer_of<std::int64_t>(
        [&](EtcdClient::Done<std::int64_t> done) { client_->grant_lease(ttl, deadline, std::move(done)); });
    if (!lease) return lease.error();
    lease_ = *lease;
    revision_ = revision;
    if (revision_ == 0) {
      const auto newest = read_at(0, deadline);
      if (!newest) return newest.error();
      revision_ = newest->revision;
    }
    WriteTxn txn = pin_txn();
    const auto written = answer_of<WriteTxnResult>(
        [&](EtcdClient::Done<WriteTxnResult> done) { client_->write(std::move(txn), deadline, std::move(done)); });
    if (!written) return written.error();
    pinned_until(asked_at + ttl);
    // From now on nobody compacts it; it may have been before.
    const auto still = read_at(revision_, deadline);
    if (!still) return still.error();
    return std::monostate();
  }

  /// After `take`.
  void start() { later(keep_alive_interval, &State::renew); }

  /// Instead of `take`.
  void begin(std::int64_t revision) {
    revision_ = revision;
    later({}, &State::ask_lease);
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(stopped_, true)) return;
    }
    // On the schedule, where the lease is known; this lives until then.
    schedule_->post([self = shared_from_this()] { self->give_back(); });
  }

  std::int64_t revision() const { return revision_; }

  bool lost() const {
    const std::lock_guard lock(mutex_);
    return schedule_->now() >= until_;
  }

 private:
  static Bytes new_key(const KeyMap& keys) {
    PinId id{};
    crypto::random_bytes(id);
    return pin_key(keys, id);
  }

  RpcOutcome<ReadTxnResult> read_at(std::int64_t revision, Clock::time_point deadline) {
    ReadTxn read;
    Range range;
    range.key = any_key_;
    range.limit = 1;
    read.ranges.push_back(std::move(range));
    read.revision = revision;
    return answer_of<ReadTxnResult>(
        [&](EtcdClient::Done<ReadTxnResult> done) { client_->read(std::move(read), deadline, std::move(done)); });
  }

  WriteTxn pin_txn() const {
    WriteTxn txn;
    txn.changes.emplace_back(Put{.key = key_, .value = encode_pin(revision_), .lease = lease_});
    return txn;
  }

  void pinned_until(BootClock::time_point until) {
    const std::lock_guard lock(mutex_);
    until_ = until;
  }

  void later(std::chrono::milliseconds pause, void (State::*next)()) {
    schedule_->after(pause, while_alive(weak_from_this(), [next](State& self) {
                       if (!self.is_stopped()) (self.*next)();
                     }));
  }
  bool is_stopped() const {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }
  static Clock::time_point soon() { return Clock::now() + call_time; }

  void ask_lease() {
    const auto asked_at = schedule_->now();
    client_->grant_lease(
        ttl, soon(),
        back_on(schedule_, weak_from_this(), [asked_at](State& self, const RpcOutcome<std::int64_t>& lease) {
          self.lease_granted(asked_at, lease);
        }));
  }

  void lease_granted(BootClock::time_point asked_at, const RpcOutcome<std::int64_t>& lease) {
    if (!lease) return later(again, &State::ask_lease);
    lease_ = *lease;
    if (is_stopped()) return give_back();
    client_->write(
        pin_txn(), soon(),
        back_on(schedule_, weak_from_this(), [asked_at](State& self, const RpcOutcome<WriteTxnResult>& result) {
          self.pin_written(asked_at, result);
        }));
  }

  void pin_written(BootClock::time_point asked_at, const RpcOutcome<WriteTxnResult>& result) {
    if (result) {
      pinned_until(asked_at + ttl);
      return later(keep_alive_interval, &State::renew);
    }
    // With another lease: the pin of this one, if it was written, ends with it.
    give_back();
    later(again, &State::ask_lease);
  }

  void give_back() {
    const std::int64_t lease = std::exchange(lease_, 0);
    if (lease != 0) client_->revoke_lease(lease, soon(), [](const RpcOutcome<std::monostate>&) {});
  }

  void renew() {
    const auto asked_at = schedule_->now();
    client_->keep_alive(
        lease_, soon(),
        back_on(schedule_, weak_from_this(), [asked_at](State& self, const RpcOutcome<std::chrono::seconds>& left) {
          self.renewed(asked_at, left);
        }));
  }

  void renewed(BootClock::time_point asked_at, const RpcOutcome<std::chrono::seconds>& left) {
    const bool is_gone = left ? *left <= 0s : left.error().code == RpcErrc::lease_gone;
    if (is_gone) {
      lease_ = 0;
      pinned_until({});
      return later({}, &State::ask_lease);
    }
    if (left) pinned_until(asked_at + std::min(*left, ttl));
    later(left ? keep_alive_interval : again, &State::renew);
  }

  const std::shared_ptr<EtcdClient> client_;
  const std::shared_ptr<Schedule> schedule_;
  const Bytes key_;
  const Bytes any_key_;
  std::int64_t revision_ = 0;  ///< set before `start` or `begin` returns
  std::int64_t lease_ = 0;     ///< after that, on the schedule's thread

  mutable std::mutex mutex_;
  BootClock::time_point until_{};  ///< when the pin may end; at first, it is not there yet
  bool stopped_ = false;
};

RevisionPin::RevisionPin(std::shared_ptr<State> state) : state_(std::move(state)) {}

RevisionPin::~RevisionPin() { state_->stop(); }

RpcOutcome<std::unique_ptr<RevisionPin>> RevisionPin::take(const std::shared_ptr<EtcdClient>& client,
                                                           std::shared_ptr<Schedule> schedule, const KeyMap& keys,
                                                           std::int64_t revision, Clock::time_point deadline) {
  auto state = std::make_shared<State>(client, std::move(schedule), keys);
  const auto taken = state->take(revision, deadline);
  if (!taken) {
    state->stop();
    return taken.error();
  }
  state->start();
  return std::unique_ptr<RevisionPin>(new RevisionPin(std::move(state)));
}

std::unique_ptr<RevisionPin> RevisionPin::begin(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule,
                                                const KeyMap& keys, std::int64_t revision) {
  auto state = std::make_shared<State>(std::move(client), std::move(schedule), keys);
  state->begin(revision);
  return std::unique_ptr<RevisionPin>(new RevisionPin(std::move(state)));
}

std::int64_t RevisionPin::revision() const { return state_->revision(); }

bool RevisionPin::lost() const { return state_->lost(); }

}  // namespace tacit::store::etcd
