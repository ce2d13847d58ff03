// An etcd in memory for tests of what uses a client: answers on the test's thread, at once unless the test says
// otherwise, with the failures that the test asks for. Time is that of a ManualSchedule.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/etcd/rpc/etcd_client.hpp"
#include "test/unit/store/etcd/manual_schedule_fixture.hpp"

namespace tacit::store::etcd::testing {

/// The cluster, which several clients share.
class ScriptedCluster {
 public:
  explicit ScriptedCluster(std::shared_ptr<ManualSchedule> with) : schedule(std::move(with)) {}

  struct Lease {
    BootClock::time_point until;
    std::chrono::seconds ttl;
  };

  /// Applies a change as a commit of its own; returns its revision.
  std::int64_t put(Bytes key, Bytes value, std::int64_t lease = 0) {
    Put change{.key = std::move(key), .value = std::move(value), .lease = lease};
    return apply({Change(std::move(change))});
  }
  std::int64_t erase(Bytes key) { return apply({Change(Delete{.key = std::move(key)})}); }

  std::int64_t apply(const std::vector<Change>& changes) {
    ++revision;
    std::vector<WatchEvent> news;
    for (const Change& change : changes) {
      WatchEvent event;
      event.mod_revision = revision;
      if (const Put* put = std::get_if<Put>(&change)) {
        const auto before = rows.find(put->key);
        const std::int64_t created = before == rows.end() ? revision : before->second.create_revision;
        rows[put->key] = KeyValue{.key = put->key,
                                  .value = put->value,
                                  .mod_revision = revision,
                                  .create_revision = created,
                                  .lease = put->lease};
        event.key = put->key;
        event.value = put->value;
      } else {
        event.key = std::get<Delete>(change).key;
        rows.erase(event.key);
      }
      news.push_back(std::move(event));
    }
    for (const WatchEvent& event : news) history.push_back(event);
    const std::set<std::function<void()>*> told = on_change;
    for (std::function<void()>* tell : told) (*tell)();
    return revision;
  }

  /// Leases that have expired end, with their keys.
  void expire() {
    for (auto lease = leases.begin(); lease != leases.end();) {
      if (lease->second.until > schedule->now()) {
        ++lease;
        continue;
      }
      const std::int64_t id = lease->first;
      lease = leases.erase(lease);
      end_keys_of(id);
    }
  }
  void end_keys_of(std::int64_t lease) {
    std::vector<Change> changes;
    for (const auto& [key, row] : rows) {
      if (row.lease == lease) changes.emplace_back(Delete{.key = key});
    }
    if (!changes.empty()) apply(changes);
  }

  const std::shared_ptr<ManualSchedule> schedule;
  std::map<Bytes, KeyValue> rows;
  std::vector<WatchEvent> history;
  std::map<std::int64_t, Lease> leases;
  std::int64_t revision = 1;
  std::int64_t compacted = 0;
  std::int64_t last_lease = 100;
  std::set<std::function<void()>*> on_change;
};

class ScriptedClient final : public EtcdClient {
 public:
  explicit ScriptedClient(std::shared_ptr<ScriptedCluster> cluster) : cluster_(std::move(cluster)) {
    connection_.endpoints = {"a:2379", "b:2379", "c:2379"};
    statuses.assign(3, ok_status());
  }

  static Status ok_status() {
    Status status;
    status.version = "3.5.16";
    status.member = 1;
    status.leader = 1;
    status.revision = 1;
    status.size = 1 << 20;
    status.size_in_use = 1 << 19;
    return status;
  }

  // The script. Each holds until the test changes it.
  std::optional<RpcFailure> failure;         ///< of every call, which does nothing
  std::optional<RpcFailure> write_failure;   ///< likewise of writes alone
  bool in_doubt = false;                     ///< writes are applied, and answered so
  bool silent = false;                       ///< answers wait for `answer`
  std::vector<RpcOutcome<Status>> statuses;  ///< of the endpoints
  /// The member of the watch sees no later revision: it is cut off from the others.
  std::optional<std::int64_t> watch_stops_at;
  bool watch_is_mute = false;  ///< it reports nothing
  // What was called.
  std::vector<std::int64_t> compactions;
  std::vector<std::int64_t> revoked;
  std::vector<std::int64_t> watches_from;
  int reads = 0;

  void answer() {
    silent = false;
    auto calls = std::exchange(waiting_, {});
    for (const auto& call : calls) call();
  }
  /// Ends the watch as if the connection had been lost.
  void end_watch(RpcErrc code = RpcErrc::unreachable) {
    if (watch_ == nullptr) return;
    const auto ended = watch_->handlers.ended;
    watch_->over = true;
    ended(RpcFailure{code, "the test ended the watch"});
  }
  bool is_watched() const { return watch_ != nullptr && !watch_->over; }
  /// After `watch_stops_at` or `watch_is_mute` was changed.
  void deliver() {
    if (watch_ != nullptr) watch_->deliver();
  }

  void read(ReadTxn txn, Clock::time_point, Done<ReadTxnResult> done) override {
    ++reads;
    call<ReadTxnResult>(std::move(done), [this, txn = std::move(txn)] { return do_read(txn); });
  }
  void write(WriteTxn txn, Clock::time_point, Done<WriteTxnResult> done) override {
    call<WriteTxnResult>(std::move(done), [this, txn = std::move(txn)] { return do_write(txn); });
  }
  void grant_lease(std::chrono::seconds ttl, Clock::time_point, Done<std::int64_t> done) override {
    call<std::int64_t>(std::move(done), [this, ttl]() -> RpcOutcome<std::int64_t> {
      const std::int64_t id = ++cluster_->last_lease;
      cluster_->leases[id] = {cluster_->schedule->now() + ttl, ttl};
      return id;
    });
  }
  void keep_alive(std::int64_t id, Clock::time_point, Done<std::chrono::seconds> done) override {
    call<std::chrono::seconds>(std::move(done), [this, id]() -> RpcOutcome<std::chrono::seconds> {
      const auto lease = cluster_->leases.find(id);
      if (lease == cluster_->leases.end()) return RpcFailure{RpcErrc::lease_gone, "requested lease not found"};
      lease->second.until = cluster_->schedule->now() + lease->second.ttl;
      return lease->second.ttl;
    });
  }
  void revoke_lease(std::int64_t id, Clock::time_point, Done<std::monostate> done) override {
    call<std::monostate>(std::move(done), [this, id]() -> RpcOutcome<std::monostate> {
      revoked.push_back(id);
      if (cluster_->leases.erase(id) == 0) return RpcFailure{RpcErrc::lease_gone, "requested lease not found"};
      cluster_->end_keys_of(id);
      return std::monostate();
    });
  }
  void compact(std::int64_t revision, Clock::time_point, Done<std::monostate> done) override {
    call<std::monostate>(std::move(done), [this, revision]() -> RpcOutcome<std::monostate> {
      if (revision <= cluster_->compacted) return RpcFailure{RpcErrc::compacted, "already compacted"};
      cluster_->compacted = revision;
      compactions.push_back(revision);
      return std::monostate();
    });
  }
  void status(std::size_t endpoint, Clock::time_point, Done<Status> done) override {
    call<Status>(std::move(done), [this, endpoint] { return statuses.at(endpoint); });
  }
  void alarms(Clock::time_point, Done<Alarms> done) override {
    call<Alarms>(std::move(done), []() -> RpcOutcome<Alarms> { return Alarms(); });
  }
  std::unique_ptr<Watch> watch(Range range, std::int64_t revision, WatchHandlers handlers) override {
    watches_from.push_back(revision);
    auto watch = std::make_unique<ScriptedWatch>(*this, std::move(range), revision, std::move(handlers));
    watch_ = watch.get();
    if (revision <= cluster_->compacted) {
      end_watch(RpcErrc::compacted);
    } else {
      watch->deliver();
    }
    return watch;
  }
  const EtcdConnection& connection() const override { return connection_; }
  std::string current_endpoint() const override { return connection_.endpoints.front(); }

 private:
  class ScriptedWatch final : public Watch {
   public:
    ScriptedWatch(ScriptedClient& client, Range range, std::int64_t from, WatchHandlers with)
        : handlers(std::move(with)), client_(client), range_(std::move(range)), next_(from) {
      client_.cluster_->on_change.insert(&deliver_);
    }
    ~ScriptedWatch() override {
      client_.cluster_->on_change.erase(&deliver_);
      if (client_.watch_ == this) client_.watch_ = nullptr;
    }
    void request_progress() override {
      if (over || client_.watch_is_mute) return;
      deliver();
      handlers.progress(seen());
    }
    void deliver() {
      if (over || client_.watch_is_mute) return;
      std::vector<WatchEvent> events;
      for (const WatchEvent& event : client_.cluster_->history) {
        const bool is_new = event.mod_revision >= next_ && event.mod_revision <= seen();
        if (is_new && event.key >= range_.key && event.key < range_.end) events.push_back(event);
      }
      next_ = std::max(next_, seen() + 1);
      if (!events.empty()) handlers.events(std::move(events), seen());
    }

    WatchHandlers handlers;
    bool over = false;

   private:
    std::int64_t seen() const {
      return std::min(client_.watch_stops_at.value_or(INT64_MAX), client_.cluster_->revision);
    }

    ScriptedClient& client_;
    const Range range_;
    std::int64_t next_;
    std::function<void()> deliver_ = [this] { deliver(); };
  };

  template <class T>
  void call(Done<T> done, std::function<RpcOutcome<T>()> act) {
    auto answered = [this, done = std::move(done), act = std::move(act)] {
      cluster_->expire();
      done(failure ? RpcOutcome<T>(*failure) : act());
    };
    if (silent) return waiting_.push_back(std::move(answered));
    answered();
  }

  RpcOutcome<ReadTxnResult> do_read(const ReadTxn& txn) const {
    if (txn.revision != 0 && txn.revision < cluster_->compacted) {
      return RpcFailure{RpcErrc::compacted, "required revision has been compacted"};
    }
    ReadTxnResult result;
    result.revision = txn.revision == 0 ? cluster_->revision : txn.revision;
    for (const Range& range : txn.ranges) {
      RangeResult& found = result.ranges.emplace_back();
      for (const auto& [key, row] : cluster_->rows) {
        const bool is_in = range.end.empty() ? key == range.key : key >= range.key && key < range.end;
        if (!is_in) continue;
        if (range.limit != 0 && found.rows.size() == static_cast<std::size_t>(range.limit)) {
          found.more = true;
          break;
        }
        found.rows.push_back(row);
        if (range.keys_only) found.rows.back().value.clear();
      }
    }
    return result;
  }

  RpcOutcome<WriteTxnResult> do_write(const WriteTxn& txn) const {
    if (write_failure) return *write_failure;
    for (const Compare& compare : txn.compares) {
      const auto row = cluster_->rows.find(compare.key);
      const std::int64_t found = row == cluster_->rows.end() ? 0 : row->second.mod_revision;
      if (found != compare.number) return WriteTxnResult{.applied = false, .revision = cluster_->revision};
    }
    for (const Change& change : txn.changes) {
      const Put* put = std::get_if<Put>(&change);
      if (put != nullptr && put->lease != 0 && cluster_->leases.count(put->lease) == 0) {
        return RpcFailure{RpcErrc::lease_gone, "requested lease not found"};
      }
    }
    const std::int64_t revision = cluster_->apply(txn.changes);
    if (in_doubt) return RpcFailure{RpcErrc::in_doubt, "the answer was lost"};
    return WriteTxnResult{.applied = true, .revision = revision};
  }

  const std::shared_ptr<ScriptedCluster> cluster_;
  EtcdConnection connection_;
  std::vector<std::function<void()>> waiting_;
  ScriptedWatch* watch_ = nullptr;
};

}  // namespace tacit::store::etcd::testing
