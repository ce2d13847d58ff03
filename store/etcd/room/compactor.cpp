#include "store/etcd/room/compactor.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <utility>

#include "crypto/primitives/random.hpp"
#include "store/etcd/room/pin_rows.hpp"
#include "store/etcd/room/revision_samples.hpp"

namespace tacit::store::etcd {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds call_time = 5s;
/// Two looks of the holder may fail before another process takes over.
constexpr std::chrono::seconds lease_time = 3 * Compactor::interval;
constexpr std::chrono::seconds shortest_history = 60s;
constexpr std::string_view key_name = "compactor";

Clock::time_point soon() { return Clock::now() + call_time; }

}  // namespace

/// On the schedule's thread, except `figures`.
class Compactor::State : public std::enable_shared_from_this<State> {
 public:
  State(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys, CompactorOptions options)
      : client_(std::move(client)),
        schedule_(std::move(schedule)),
        keys_(std::move(keys)),
        key_(keys_.lease(crypto::as_bytes(key_name))),
        samples_(std::max(options.keep_history, shortest_history)) {
    crypto::random_bytes(holder_);
  }

  void start() {
    schedule_->post(while_alive(weak_from_this(), [](State& self) { self.look(); }));
  }

  CompactorFigures figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
  }

 private:
  template <class Answer>
  auto back(void (State::*next)(Answer)) {
    return back_on(schedule_, weak_from_this(),
                   [next](State& self, Answer answer) { (self.*next)(std::move(answer)); });
  }

  /// The holder and the pins, at one revision, which is also a sample.
  void look() {
    ReadTxn read;
    Range holder;
    holder.key = key_;
    read.ranges.push_back(std::move(holder));
    read.ranges.push_back(pin_keys(keys_));
    client_->read(std::move(read), soon(), back(&State::looked));
  }

  /// Each look ends here, once.
  void wait(std::string failure) {
    {
      const std::lock_guard lock(mutex_);
      figures_.failure = std::move(failure);
    }
    schedule_->after(interval, while_alive(weak_from_this(), [](State& self) { self.look(); }));
  }

  void looked(RpcOutcome<ReadTxnResult> result) {
    if (!result) return wait(result.error().text);
    if (result->ranges.size() != 2) return wait("etcd answered another number of ranges than was asked for");
    const auto now = schedule_->now();
    samples_.add(now, result->revision);
    if (result->revision < compacted_) compacted_ = 0;  // another state was restored
    target_ = samples_.before(now);
    const auto pin = lowest_pin(result->ranges[1].rows);
    // With more pins than were read, the lowest is not known.
    if (result->ranges[1].more) target_.reset();
    if (pin && target_) target_ = std::min(*target_, *pin);
    const auto& rows = result->ranges[0].rows;
    const bool is_ours =
        !rows.empty() && std::equal(rows[0].value.begin(), rows[0].value.end(), holder_.begin(), holder_.end());
    {
      const std::lock_guard lock(mutex_);
      figures_.lowest_pin = pin.value_or(0);
      figures_.holds_lease = is_ours;
    }
    if (is_ours) {
      lease_ = rows[0].lease;
      return client_->keep_alive(lease_, soon(), back(&State::lease_kept));
    }
    if (!rows.empty()) return wait({});
    client_->grant_lease(lease_time, soon(), back(&State::lease_granted));
  }

  void lease_granted(RpcOutcome<std::int64_t> lease) {
    if (!lease) return wait(lease.error().text);
    lease_ = *lease;
    WriteTxn txn;
    Compare absent;
    absent.key = key_;
    txn.compares.push_back(std::move(absent));
    txn.changes.emplace_back(Put{.key = key_, .value = Bytes(holder_.begin(), holder_.end()), .lease = lease_});
    client_->write(std::move(txn), soon(), back(&State::claimed));
  }

  void claimed(RpcOutcome<WriteTxnResult> result) {
    const bool is_ours = result && result->applied;
    // In doubt, the next look shows whether this process holds it.
    const bool in_doubt = !result && result.error().code == RpcErrc::in_doubt;
    if (!is_ours && !in_doubt) client_->revoke_lease(lease_, soon(), [](const RpcOutcome<std::monostate>&) {});
    if (!is_ours) return wait(result ? std::string() : result.error().text);
    {
      const std::lock_guard lock(mutex_);
      figures_.holds_lease = true;
    }
    compact();
  }

  void lease_kept(RpcOutcome<std::chrono::seconds> left) {
    if (!left) return wait(left.error().text);
    compact();
  }

  void compact() {
    if (!target_ || *target_ <= compacted_) return wait({});
    client_->compact(*target_, soon(), back(&State::compacted));
  }

  void compacted(RpcOutcome<std::monostate> result) {
    // `compacted`: another process has compacted further.
    if (!result && result.error().code != RpcErrc::compacted) return wait(result.error().text);
    compacted_ = *target_;
    {
      const std::lock_guard lock(mutex_);
      figures_.compacted = compacted_;
      if (result) ++figures_.compactions;
    }
    wait({});
  }

  const std::shared_ptr<EtcdClient> client_;
  const std::shared_ptr<Schedule> schedule_;
  const KeyMap keys_;
  const Bytes key_;
  std::array<std::uint8_t, 16> holder_{};
  RevisionSamples samples_;
  std::int64_t lease_ = 0;
  std::optional<std::int64_t> target_;
  std::int64_t compacted_ = 0;

  mutable std::mutex mutex_;
  CompactorFigures figures_;
};

Compactor::Compactor(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys,
                     CompactorOptions options)
    : state_(std::make_shared<State>(std::move(client), std::move(schedule), std::move(keys), options)) {
  state_->start();
}

Compactor::~Compactor() = default;

CompactorFigures Compactor::figures() const { return state_->figures(); }

}  // namespace tacit::store::etcd
