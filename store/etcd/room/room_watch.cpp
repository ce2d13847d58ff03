#include "store/etcd/room/room_watch.hpp"

#include <mutex>
#include <utility>
#include <vector>

#include "store/etcd/room/room_words.hpp"

namespace tacit::store::etcd {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds interval = 1s;
constexpr std::chrono::milliseconds status_time = 2s;
constexpr std::chrono::milliseconds probe_time = 3s;
/// Two probes that come right after each other, and some more.
constexpr std::chrono::milliseconds quorum_lasts = interval + probe_time;

}  // namespace

/// `round_` and what belongs to it: on the schedule's thread. The rest: by `mutex_`.
class RoomWatch::State : public std::enable_shared_from_this<State> {
 public:
  State(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys, RoomWatchOptions options)
      : client_(std::move(client)),
        schedule_(std::move(schedule)),
        keys_(std::move(keys)),
        options_(options),
        quorum_at_(schedule_->now()) {
    health_.quota = options_.quota;
  }

  void start() {
    schedule_->post(while_alive(weak_from_this(), [](State& self) {
      self.look();
      self.probe();
    }));
  }

  EtcdHealth health() const {
    const std::lock_guard lock(mutex_);
    EtcdHealth health = health_;
    health.no_space |= no_room_;
    health.quorum = quorum_seen_ && schedule_->now() - quorum_at_ <= quorum_lasts;
    return health;
  }

  std::optional<std::string> unwilling() const {
    const EtcdHealth now = health();
    if (now.corrupt) return refusal_of(now, Growth::shrinks);
    for (const EtcdMember& member : now.members) {
      if (!member.reachable || is_new_enough(member.version)) continue;
      return "etcd " + member.version + " at " + member.endpoint + " is older than " + std::string(oldest_etcd) +
             ", so its members' data could come to differ: upgrade it";
    }
    const std::lock_guard lock(mutex_);
    if (schedule_->now() - quorum_at_ < options_.patience) return std::nullopt;
    return "no majority of etcd's members answers" + (failure_.empty() ? std::string() : ": " + failure_);
  }

  std::chrono::milliseconds silence() const {
    const std::lock_guard lock(mutex_);
    return std::chrono::duration_cast<std::chrono::milliseconds>(schedule_->now() - quorum_at_);
  }

  void note_no_room() {
    const std::lock_guard lock(mutex_);
    no_room_ = true;
    no_room_at_ = schedule_->now();
  }

  void note_quorum() {
    const std::lock_guard lock(mutex_);
    quorum_seen_ = true;
    quorum_at_ = schedule_->now();
  }

 private:
  /// The answers of all endpoints to one look.
  struct Round {
    BootClock::time_point began;
    std::vector<RpcOutcome<Status>> answers;
    std::size_t missing = 0;
  };

  void look() {
    schedule_->after(interval, while_alive(weak_from_this(), [](State& self) { self.look(); }));
    if (round_) return;  // an endpoint has not answered the last one yet
    const std::size_t number = client_->connection().endpoints.size();
    round_ = std::make_shared<Round>();
    round_->began = schedule_->now();
    round_->answers.assign(number, RpcFailure{RpcErrc::unreachable, "has not answered"});
    round_->missing = number;
    for (std::size_t i = 0; i < number; ++i) {
      client_->status(i, Clock::now() + status_time,
                      back_on(schedule_, weak_from_this(),
                              [i](State& self, RpcOutcome<Status> answer) { self.answered(i, std::move(answer)); }));
    }
    if (number == 0) round_.reset();
  }

  void answered(std::size_t endpoint, RpcOutcome<Status> answer) {
    round_->answers.at(endpoint) = std::move(answer);
    if (--round_->missing != 0) return;
    const std::shared_ptr<Round> round = std::move(round_);
    round_.reset();
    EtcdHealth health = health_of(client_->connection().endpoints, round->answers, options_.quota);
    const std::lock_guard lock(mutex_);
    if (!health.asked) {
      // The figures stay: they are the best that is known.
      health.quota = health_.quota;
      health.quota_is_told = health_.quota_is_told;
      health.size = health_.size;
      health.size_in_use = health_.size_in_use;
      health.no_space = health_.no_space;
      health.corrupt = health_.corrupt;
      health.revision = health_.revision;
      health.asked = health_.asked;
    } else if (no_room_at_ < round->began) {
      no_room_ = false;
    }
    health_ = std::move(health);
  }

  /// A linearizable read needs a majority, unlike a member's status.
  void probe() {
    ReadTxn read;
    Range range;
    range.key = keys_.key(Table::api_keys, {});
    range.limit = 1;
    read.ranges.push_back(std::move(range));
    client_->read(std::move(read), Clock::now() + probe_time,
                  back_on(schedule_, weak_from_this(),
                          [](State& self, const RpcOutcome<ReadTxnResult>& result) { self.probed(result); }));
  }

  void probed(const RpcOutcome<ReadTxnResult>& result) {
    schedule_->after(interval, while_alive(weak_from_this(), [](State& self) { self.probe(); }));
    if (result) note_quorum();
    const std::lock_guard lock(mutex_);
    failure_ = result ? std::string() : result.error().text;
  }

  const std::shared_ptr<EtcdClient> client_;
  const std::shared_ptr<Schedule> schedule_;
  const KeyMap keys_;
  const RoomWatchOptions options_;
  std::shared_ptr<Round> round_;  ///< that is being answered

  mutable std::mutex mutex_;
  EtcdHealth health_;
  bool no_room_ = false;
  BootClock::time_point no_room_at_{};
  bool quorum_seen_ = false;
  BootClock::time_point quorum_at_;  ///< at first, the beginning
  std::string failure_;
};

RoomWatch::RoomWatch(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys,
                     RoomWatchOptions options)
    : state_(std::make_shared<State>(std::move(client), std::move(schedule), std::move(keys), options)) {
  state_->start();
}

RoomWatch::~RoomWatch() = default;

std::optional<std::string> RoomWatch::refuses(Growth growth) const { return refusal_of(state_->health(), growth); }

Room RoomWatch::room() const { return room_of(state_->health()); }

std::optional<std::string> RoomWatch::unwilling() const { return state_->unwilling(); }

EtcdHealth RoomWatch::health() const { return state_->health(); }

std::chrono::milliseconds RoomWatch::silence() const { return state_->silence(); }

void RoomWatch::note_no_room() { state_->note_no_room(); }

void RoomWatch::note_quorum() { state_->note_quorum(); }

}  // namespace tacit::store::etcd
