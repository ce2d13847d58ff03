#include "store/etcd/slots/slot_lease.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include "crypto/primitives/random.hpp"
#include "store/etcd/slots/free_slot.hpp"

namespace tacit::store::etcd {
namespace {

using namespace std::chrono_literals;

/// For a call, with a second endpoint if the first does not answer.
constexpr std::chrono::milliseconds call_time = 5s;
constexpr std::chrono::milliseconds first_pause = 100ms;
constexpr std::chrono::milliseconds longest_pause = 2s;
constexpr std::chrono::milliseconds renew_again = 1s;
/// How long a slot to which another process wrote is left to it.
constexpr std::chrono::seconds avoid_time = 60s;
constexpr std::chrono::milliseconds give_back_time = 1s;

std::string name_of(SlotOwner owner) {
  const std::string slot = to_string(slot_of(owner, 1));  // "api-1"
  return slot.substr(0, slot.find('-'));
}

std::string words_of(const RpcFailure& failure) {
  switch (failure.code) {
    case RpcErrc::no_room:
      return "etcd's database is full (alarm NOSPACE): " + failure.text;
    case RpcErrc::refused:
      return "etcd does not allow this identity to take one (check the roles): " + failure.text;
    default:
      return failure.text;
  }
}

}  // namespace

/// What belongs to the schedule's thread is not guarded; the rest is by `mutex_`.
class SlotLease::State : public std::enable_shared_from_this<State> {
 public:
  State(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys, SlotLeaseOptions options)
      : client_(std::move(client)),
        schedule_(std::move(schedule)),
        keys_(std::move(keys)),
        options_(options),
        without_since_(schedule_->now()) {
    crypto::random_bytes(holder_);
  }

  void start() {
    schedule_->post(while_alive(weak_from_this(), [](State& self) { self.ask_lease(); }));
  }

  std::optional<HeldSlot> held() const {
    const std::lock_guard lock(mutex_);
    return held_now();
  }

  std::optional<HeldSlot> wait_held(Clock::time_point deadline) const {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [this] { return stopping_ || held_now(); });
    return held_now();
  }

  void lost(AuditSlot slot) {
    {
      const std::lock_guard lock(mutex_);
      if (!held_ || held_->slot != slot) return;
      avoided_ = slot;
      avoided_until_ = schedule_->now() + avoid_time;
      without(std::min(schedule_->now(), held_->until), "another process has written to slot " + to_string(slot));
    }
    schedule_->post(while_alive(weak_from_this(), [](State& self) { self.take_again(); }));
  }

  std::optional<std::string> unwilling() const {
    const std::lock_guard lock(mutex_);
    if (held_now()) return std::nullopt;
    const BootClock::time_point since = held_ ? held_->until : without_since_;
    if (schedule_->now() - since < options_.patience) return std::nullopt;
    const std::string name = name_of(options_.owner);
    return "this process has no slot of the audit log among those of \"" + name + "\": " + failure_;
  }

  void stop() {
    std::int64_t lease = 0;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      held_.reset();
      lease = std::exchange(to_give_back_, 0);
      changed_.notify_all();
    }
    if (lease == 0) return;
    const auto answered = std::make_shared<std::promise<void>>();
    auto answer = answered->get_future();
    client_->revoke_lease(lease, Clock::now() + give_back_time,
                          [answered](const RpcOutcome<std::monostate>&) { answered->set_value(); });
    answer.wait_for(give_back_time);
  }

 private:
  struct Held {
    AuditSlot slot;
    BootClock::time_point until;
  };

  /// Call under the lock.
  std::optional<HeldSlot> held_now() const {
    if (!held_) return std::nullopt;
    const BootClock::duration left = held_->until - schedule_->now();
    if (left <= BootClock::duration::zero()) return std::nullopt;
    const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(left);
    return HeldSlot{.slot = held_->slot, .valid_until = until, .generation = generation_};
  }

  /// Call under the lock.
  void without(BootClock::time_point since, std::string why) {
    without_since_ = since;
    held_.reset();
    failure_ = std::move(why);
  }

  /// An answer counts only in the attempt whose call it answers.
  template <class Answer>
  auto back(void (State::*next)(Answer)) {
    return back_on(schedule_, weak_from_this(), [next, attempt = attempt_](State& self, Answer answer) {
      if (attempt == self.attempt_ && !self.is_stopping()) (self.*next)(std::move(answer));
    });
  }
  void later(std::chrono::milliseconds pause, void (State::*next)()) {
    schedule_->after(pause, while_alive(weak_from_this(), [next, attempt = attempt_](State& self) {
                       if (attempt == self.attempt_ && !self.is_stopping()) (self.*next)();
                     }));
  }
  bool is_stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }
  static Clock::time_point soon() { return Clock::now() + call_time; }

  void ask_lease() {
    ++attempt_;
    asked_at_ = schedule_->now();
    client_->grant_lease(options_.ttl, soon(), back(&State::lease_granted));
  }

  void lease_granted(RpcOutcome<std::int64_t> lease) {
    if (!lease) return try_again(lease.error());
    lease_ = *lease;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      to_give_back_ = lease_;
    }
    // From when it was asked for: the server's time began later.
    lease_until_ = asked_at_ + options_.ttl;
    look_for_slot();
  }

  void look_for_slot() {
    if (lease_until_ <= schedule_->now()) return take_again();
    ReadTxn read;
    Range range = slot_lease_keys(keys_, options_.owner);
    range.limit = slots_of_owner;
    range.keys_only = true;
    read.ranges.push_back(std::move(range));
    client_->read(std::move(read), soon(), back(&State::slots_read));
  }

  void slots_read(RpcOutcome<ReadTxnResult> result) {
    if (!result) return try_again(result.error());
    std::vector<AuditSlot> taken;
    for (const RangeResult& range : result->ranges) {
      for (const KeyValue& row : range.rows) {
        const auto slot = slot_of_lease_key(keys_, row.key);
        if (!slot) continue;
        if (row.lease == lease_) return hold(*slot);  // the claim that was in doubt
        taken.push_back(*slot);
      }
    }
    const auto slot = lowest_free_slot(options_.owner, taken, avoided());
    if (!slot) {
      return try_again(RpcFailure{RpcErrc::invalid,
                                  "all are held by other processes; stop some, or wait until the "
                                  "leases of dead ones expire"});
    }
    claim(*slot);
  }

  std::optional<AuditSlot> avoided() const {
    const std::lock_guard lock(mutex_);
    return schedule_->now() < avoided_until_ ? avoided_ : std::nullopt;
  }

  void claim(AuditSlot slot) {
    claimed_ = slot;
    WriteTxn txn;
    const Bytes key = slot_lease_key(keys_, slot);
    Compare absent;
    absent.key = key;
    txn.compares.push_back(std::move(absent));
    txn.changes.emplace_back(Put{.key = key, .value = slot_lease_value(holder_), .lease = lease_});
    client_->write(std::move(txn), soon(), back(&State::slot_claimed));
  }

  void slot_claimed(RpcOutcome<WriteTxnResult> result) {
    if (result && result->applied) return hold(claimed_);
    if (result || result.error().code == RpcErrc::in_doubt) return later(pause(), &State::look_for_slot);
    if (result.error().code == RpcErrc::lease_gone) return take_again();
    try_again(result.error());
  }

  void hold(AuditSlot slot) {
    pause_ = first_pause;
    {
      const std::lock_guard lock(mutex_);
      held_ = Held{slot, lease_until_};
      ++generation_;
      failure_ = "its lease has expired, and etcd has not answered since";
      changed_.notify_all();
    }
    const bool is_late = lease_until_ - schedule_->now() < options_.ttl / 2;
    later(is_late ? 0ms : std::chrono::milliseconds(options_.keep_alive), &State::renew);
  }

  void renew() {
    asked_at_ = schedule_->now();
    client_->keep_alive(lease_, soon(), back(&State::renewed));
  }

  void renewed(RpcOutcome<std::chrono::seconds> left) {
    const bool is_gone = left ? *left <= 0s : left.error().code == RpcErrc::lease_gone;
    if (is_gone) {
      const std::lock_guard lock(mutex_);
      to_give_back_ = 0;
      if (held_) without(std::min(schedule_->now(), held_->until), "its lease has expired");
    }
    if (is_gone) return take_again();
    if (!left) {
      const std::lock_guard lock(mutex_);
      failure_ = words_of(left.error());
      return later(renew_again, &State::renew);
    }
    // As long as the lease lives, so does its key: the slot is still this process's, even if that was not certain.
    lease_until_ = asked_at_ + std::min(*left, options_.ttl);
    {
      const std::lock_guard lock(mutex_);
      if (held_) held_->until = lease_until_;
      changed_.notify_all();
    }
    later(options_.keep_alive, &State::renew);
  }

  /// With a new lease; gives the present one back.
  void take_again() {
    ++attempt_;
    std::int64_t former = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      former = std::exchange(to_give_back_, 0);
    }
    if (former == 0) return ask_lease();
    client_->revoke_lease(former, soon(), [](const RpcOutcome<std::monostate>&) {});
    ask_lease();
  }

  void try_again(const RpcFailure& failure) {
    {
      const std::lock_guard lock(mutex_);
      failure_ = words_of(failure);
    }
    later(pause(), &State::take_again);
  }

  /// Doubles from one failure to the next, and differs between processes that fight for a slot.
  std::chrono::milliseconds pause() {
    std::array<std::uint8_t, 1> random{};
    crypto::random_bytes(random);
    const auto now = pause_;
    pause_ = std::min(2 * pause_, longest_pause);
    return now / 2 + now * random[0] / 512;
  }

  const std::shared_ptr<EtcdClient> client_;
  const std::shared_ptr<Schedule> schedule_;
  const KeyMap keys_;
  const SlotLeaseOptions options_;
  std::array<std::uint8_t, 16> holder_{};  ///< random: tells operators which keys are of one process

  std::uint64_t attempt_ = 0;
  std::int64_t lease_ = 0;
  BootClock::time_point asked_at_{};
  BootClock::time_point lease_until_{};
  AuditSlot claimed_{};
  std::chrono::milliseconds pause_ = first_pause;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::int64_t to_give_back_ = 0;  ///< the lease, while it may exist; 0: none
  std::optional<Held> held_;
  std::uint64_t generation_ = 0;
  std::optional<AuditSlot> avoided_;
  BootClock::time_point avoided_until_{};
  BootClock::time_point without_since_;
  std::string failure_ = "etcd has not answered yet";
  bool stopping_ = false;
};

SlotLease::SlotLease(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys,
                     SlotLeaseOptions options)
    : state_(std::make_shared<State>(std::move(client), std::move(schedule), std::move(keys), options)) {
  state_->start();
}

SlotLease::~SlotLease() { state_->stop(); }

std::optional<HeldSlot> SlotLease::held() const { return state_->held(); }

std::optional<HeldSlot> SlotLease::wait_held(Clock::time_point deadline) const { return state_->wait_held(deadline); }

void SlotLease::lost(AuditSlot slot) { state_->lost(slot); }

std::optional<std::string> SlotLease::unwilling() const { return state_->unwilling(); }

}  // namespace tacit::store::etcd
