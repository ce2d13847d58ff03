#include "test/unit/store/etcd/fake_cluster_fixture.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tacit::store::etcd {
namespace {

RpcFailure failure(RpcErrc code) { return RpcFailure{code, "fake"}; }

bool is_in(const Bytes& key, const Bytes& first, const Bytes& end) {
  return end.empty() ? key == first : key >= first && key < end;
}

const Bytes& key_of(const Change& change) {
  return std::visit([](const auto& one) -> const Bytes& { return one.key; }, change);
}

}  // namespace

class FakeWatch final : public Watch {
 public:
  FakeWatch(FakeCluster& cluster, int number) : cluster_(cluster), number_(number) {}
  ~FakeWatch() override {
    const std::lock_guard lock(cluster_.mutex_);
    cluster_.watches_.erase(number_);
  }
  void request_progress() override {
    const int number = number_;
    FakeCluster& cluster = cluster_;
    cluster_.after({}, [&cluster, number] {
      std::shared_ptr<FakeCluster::Watching> watching;
      std::int64_t revision = 0;
      {
        const std::lock_guard lock(cluster.mutex_);
        const auto found = cluster.watches_.find(number);
        if (found == cluster.watches_.end()) return;
        watching = found->second;
        revision = cluster.revision_;
      }
      if (watching->handlers.progress) watching->handlers.progress(revision);
    });
  }

 private:
  FakeCluster& cluster_;
  const int number_;
};

class FakeClient final : public EtcdClient {
 public:
  explicit FakeClient(FakeCluster& cluster) : cluster_(cluster) {}

  void read(ReadTxn txn, Clock::time_point deadline, Done<ReadTxnResult> done) override {
    cluster_.read(std::move(txn), deadline, std::move(done));
  }
  void write(WriteTxn txn, Clock::time_point deadline, Done<WriteTxnResult> done) override {
    cluster_.write(std::move(txn), deadline, std::move(done));
  }
  void grant_lease(std::chrono::seconds ttl, Clock::time_point, Done<std::int64_t> done) override {
    answer<std::int64_t>(std::move(done), [this, ttl]() -> RpcOutcome<std::int64_t> {
      cluster_.leases_[cluster_.next_lease_] = ttl;
      return cluster_.next_lease_++;
    });
  }
  void keep_alive(std::int64_t lease, Clock::time_point, Done<std::chrono::seconds> done) override {
    answer<std::chrono::seconds>(std::move(done), [this, lease]() -> RpcOutcome<std::chrono::seconds> {
      const auto found = cluster_.leases_.find(lease);
      if (found == cluster_.leases_.end()) return failure(RpcErrc::lease_gone);
      return found->second;
    });
  }
  void revoke_lease(std::int64_t lease, Clock::time_point, Done<std::monostate> done) override {
    cluster_.after({}, [this, lease, done = std::move(done)] {
      cluster_.expire(lease);
      done(std::monostate());
    });
  }
  void compact(std::int64_t revision, Clock::time_point, Done<std::monostate> done) override {
    cluster_.after({}, [this, revision, done = std::move(done)] {
      cluster_.compact(revision);
      done(std::monostate());
    });
  }
  void status(std::size_t, Clock::time_point, Done<Status> done) override {
    answer<Status>(std::move(done), [this]() -> RpcOutcome<Status> {
      Status status;
      status.endpoint = "fake:1";
      status.version = "3.5.16";
      status.member = 1;
      status.leader = 1;
      status.revision = cluster_.revision_;
      return status;
    });
  }
  void alarms(Clock::time_point, Done<Alarms> done) override {
    answer<Alarms>(std::move(done), [this]() -> RpcOutcome<Alarms> {
      Alarms alarms;
      alarms.no_space = cluster_.no_space_;
      return alarms;
    });
  }
  std::unique_ptr<Watch> watch(Range range, std::int64_t revision, WatchHandlers handlers) override {
    const auto watching = std::make_shared<FakeCluster::Watching>();
    watching->first = std::move(range.key);
    watching->end = std::move(range.end);
    watching->handlers = std::move(handlers);
    const std::lock_guard lock(cluster_.mutex_);
    cluster_.watches_[cluster_.next_watch_] = watching;
    if (revision > 0) cluster_.tell_history(cluster_.next_watch_, *watching, revision);
    return std::make_unique<FakeWatch>(cluster_, cluster_.next_watch_++);
  }
  const EtcdConnection& connection() const override { return connection_; }
  std::string current_endpoint() const override { return "fake:1"; }

 private:
  template <class T, class Make>
  void answer(Done<T> done, Make make) {
    cluster_.after({}, [this, done = std::move(done), make] {
      RpcOutcome<T> outcome = failure(RpcErrc::unreachable);
      {
        const std::lock_guard lock(cluster_.mutex_);
        if (cluster_.reachable_) outcome = make();
      }
      done(std::move(outcome));
    });
  }

  FakeCluster& cluster_;
  EtcdConnection connection_;
};

FakeCluster::FakeCluster(unsigned seed) : random_(seed), thread_([this] { run(); }) {}

FakeCluster::~FakeCluster() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::shared_ptr<EtcdClient> FakeCluster::client() { return std::make_shared<FakeClient>(*this); }

void FakeCluster::after(std::chrono::microseconds delay, Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.emplace(Clock::now() + delay, std::move(job));
  }
  changed_.notify_all();
}

void FakeCluster::run() {
  std::unique_lock lock(mutex_);
  while (!stops_) {
    if (jobs_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto first = jobs_.begin();
    if (first->first > Clock::now()) {
      const auto until = first->first;
      changed_.wait_until(lock, until);
      continue;
    }
    const Job job = std::move(first->second);
    jobs_.erase(first);
    lock.unlock();
    job();
    lock.lock();
  }
}

std::chrono::microseconds FakeCluster::some_delay() {
  if (faults_.most_delay.count() == 0) return {};
  return std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(0, faults_.most_delay.count())(random_));
}

bool FakeCluster::happens(double probability) {
  return std::uniform_real_distribution<double>(0, 1)(random_) < probability;
}

const FakeCluster::Version* FakeCluster::version_at(const std::vector<Version>& versions, std::int64_t revision) const {
  const Version* found = nullptr;
  for (const Version& version : versions)
    if (version.revision <= revision) found = &version;
  return found != nullptr && found->value ? found : nullptr;
}

std::vector<std::pair<Bytes, const FakeCluster::Version*>> FakeCluster::rows_in(const Bytes& key, const Bytes& end,
                                                                                std::int64_t revision) const {
  std::vector<std::pair<Bytes, const Version*>> rows;
  for (auto row = rows_.lower_bound(key); row != rows_.end() && is_in(row->first, key, end); ++row)
    if (const Version* version = version_at(row->second, revision)) rows.emplace_back(row->first, version);
  return rows;
}

bool FakeCluster::holds(const Compare& compare) const {
  const auto rows = rows_in(compare.key, compare.end, revision_);
  const bool equal = compare.target == Compare::Target::revision_equal;
  if (rows.empty()) return equal ? compare.number == 0 : compare.number > 0;
  return std::ranges::all_of(rows, [&](const auto& row) {
    return equal ? row.second->revision == compare.number : row.second->revision < compare.number;
  });
}

std::int64_t FakeCluster::creation_of(const std::vector<Version>& versions, const Version* version) {
  std::int64_t created = version->revision;
  for (const Version* each = version; each->value; --each) {
    created = each->revision;
    if (each == versions.data()) break;
  }
  return created;
}

RpcOutcome<ReadTxnResult> FakeCluster::read_now(const ReadTxn& txn) const {
  ReadTxnResult result;
  result.revision = txn.revision == 0 ? revision_ : txn.revision;
  if (result.revision < compacted_) return failure(RpcErrc::compacted);
  if (result.revision > revision_) return failure(RpcErrc::invalid);
  std::size_t bytes = 0;
  for (const Range& range : txn.ranges) {
    RangeResult& found = result.ranges.emplace_back();
    for (const auto& [key, version] : rows_in(range.key, range.end, result.revision)) {
      if (range.limit > 0 && found.rows.size() == static_cast<std::size_t>(range.limit)) {
        found.more = true;
        break;
      }
      KeyValue& row = found.rows.emplace_back();
      row.key = key;
      if (!range.keys_only) row.value = *version->value;
      row.mod_revision = version->revision;
      row.create_revision = creation_of(rows_.at(key), version);
      row.lease = version->lease;
      bytes += row.key.size() + row.value.size();
    }
  }
  if (bytes > most_answer_bytes_) return failure(RpcErrc::too_large);
  return result;
}

void FakeCluster::set_row(const Bytes& key, std::optional<Bytes> value, std::int64_t lease,
                          std::vector<WatchEvent>& events) {
  std::vector<Version>& versions = rows_[key];
  const bool exists = !versions.empty() && versions.back().value;
  if (!value && !exists) return;
  WatchEvent event;
  event.key = key;
  event.value = value;
  event.mod_revision = revision_;
  event.create_revision = !value ? 0 : exists ? creation_of(versions, &versions.back()) : revision_;
  if (exists && !forgets_) event.previous = row_of(key, versions, versions.back());
  events.push_back(std::move(event));
  Version& version = versions.emplace_back();
  version.revision = revision_;
  version.value = std::move(value);
  version.lease = lease;
}

RpcOutcome<WriteTxnResult> FakeCluster::write_now(const WriteTxn& txn) {
  if (std::max(txn.compares.size(), txn.changes.size()) > most_operations_) return failure(RpcErrc::too_large);
  std::set<Bytes> keys;
  for (const Change& change : txn.changes)
    if (!keys.insert(key_of(change)).second) return failure(RpcErrc::invalid);
  const bool puts =
      std::ranges::any_of(txn.changes, [](const Change& one) { return std::holds_alternative<Put>(one); });
  if (no_space_ && puts) return failure(RpcErrc::no_room);
  WriteTxnResult result;
  result.applied = std::ranges::all_of(txn.compares, [this](const Compare& one) { return holds(one); });
  result.revision = revision_;
  if (!result.applied || txn.changes.empty()) return result;
  ++revision_;
  std::vector<WatchEvent> events;
  for (const Change& change : txn.changes) {
    if (const auto* put = std::get_if<Put>(&change)) {
      set_row(put->key, put->value, put->lease, events);
      continue;
    }
    const auto& deleted = std::get<Delete>(change);
    for (const auto& [key, version] : rows_in(deleted.key, deleted.end, revision_))
      set_row(key, std::nullopt, 0, events);
  }
  result.revision = revision_;
  tell(events);
  return result;
}

KeyValue FakeCluster::row_of(const Bytes& key, const std::vector<Version>& versions, const Version& version) {
  KeyValue row;
  row.key = key;
  row.value = version.value.value_or(Bytes());
  row.mod_revision = version.revision;
  row.create_revision = creation_of(versions, &version);
  row.lease = version.lease;
  return row;
}

void FakeCluster::tell(const std::vector<WatchEvent>& events) {
  for (const auto& [number, watching] : watches_) {
    std::vector<WatchEvent> seen;
    for (const WatchEvent& event : events)
      if (is_in(event.key, watching->first, watching->end)) seen.push_back(event);
    if (!seen.empty()) tell_watch(number, std::move(seen));
  }
}

void FakeCluster::tell_watch(int number, std::vector<WatchEvent> events) {
  jobs_.emplace(Clock::now() + some_delay(), [this, number, events = std::move(events), revision = revision_] {
    std::shared_ptr<Watching> watching_now;
    {
      const std::lock_guard lock(mutex_);
      const auto found = watches_.find(number);
      if (found == watches_.end()) return;
      watching_now = found->second;
    }
    if (watching_now->handlers.events) watching_now->handlers.events(events, revision);
  });
}

void FakeCluster::tell_history(int number, const Watching& watching, std::int64_t revision) {
  std::multimap<std::int64_t, WatchEvent> events;
  for (const auto& [key, versions] : rows_) {
    if (!is_in(key, watching.first, watching.end)) continue;
    const Version* before = nullptr;
    for (const Version& version : versions) {
      if (version.revision >= revision) {
        WatchEvent event;
        event.key = key;
        event.value = version.value;
        event.mod_revision = version.revision;
        if (version.value) event.create_revision = creation_of(versions, &version);
        // As etcd, which reads it at the revision before.
        const bool is_forgotten = version.revision - 1 < compacted_;
        if (before != nullptr && before->value && !is_forgotten) event.previous = row_of(key, versions, *before);
        events.emplace(version.revision, std::move(event));
      }
      before = &version;
    }
  }
  std::vector<WatchEvent> told;
  for (auto& [at, event] : events) told.push_back(std::move(event));
  if (!told.empty()) tell_watch(number, std::move(told));
}

void FakeCluster::read(ReadTxn txn, Clock::time_point deadline, EtcdClient::Done<ReadTxnResult> done) {
  std::chrono::microseconds delay;
  {
    const std::lock_guard lock(mutex_);
    ++reads_;
    delay = some_delay();
  }
  after(delay, [this, txn = std::move(txn), deadline, done = std::move(done)] {
    RpcOutcome<ReadTxnResult> outcome = failure(RpcErrc::unreachable);
    std::chrono::microseconds answer_delay;
    {
      const std::lock_guard lock(mutex_);
      answer_delay = some_delay();
      if (reachable_ && !happens(faults_.lost_reads) && Clock::now() < deadline) outcome = read_now(txn);
    }
    after(answer_delay, [outcome = std::move(outcome), done] { done(outcome); });
  });
}

void FakeCluster::write(WriteTxn txn, Clock::time_point deadline, EtcdClient::Done<WriteTxnResult> done) {
  std::chrono::microseconds delay;
  {
    const std::lock_guard lock(mutex_);
    ++writes_;
    delay = some_delay();
  }
  after(delay, [this, txn = std::move(txn), deadline, done = std::move(done)] {
    RpcOutcome<WriteTxnResult> outcome = failure(RpcErrc::unreachable);
    std::chrono::microseconds answer_delay;
    bool later = false;
    std::chrono::microseconds late{};
    {
      const std::lock_guard lock(mutex_);
      answer_delay = some_delay();
      if (!reachable_ || happens(faults_.refused_writes) || Clock::now() >= deadline) {
        // Not applied.
      } else if (holds_) {
        outcome = failure(RpcErrc::in_doubt);
        if (!held_) held_ = txn;
      } else if (happens(faults_.lost_writes)) {
        outcome = failure(RpcErrc::in_doubt);
        if (happens(0.5)) {
          later = happens(0.5);
          if (!later) static_cast<void>(write_now(txn));
          late =
              std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(0, faults_.late.count())(random_));
        }
      } else {
        outcome = write_now(txn);
      }
    }
    after(answer_delay, [outcome = std::move(outcome), done] { done(outcome); });
    if (!later) return;
    after(late, [this, txn] {
      const std::lock_guard lock(mutex_);
      static_cast<void>(write_now(txn));
    });
  });
}

void FakeCluster::set_faults(const FakeFaults& faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
}

void FakeCluster::set_no_space(bool no_space) {
  const std::lock_guard lock(mutex_);
  no_space_ = no_space;
}

void FakeCluster::set_most_operations(std::size_t operations) {
  const std::lock_guard lock(mutex_);
  most_operations_ = operations;
}

void FakeCluster::set_most_answer_bytes(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  most_answer_bytes_ = bytes;
}

void FakeCluster::hold_writes() {
  const std::lock_guard lock(mutex_);
  holds_ = true;
  held_.reset();
}

void FakeCluster::stop_holding() {
  const std::lock_guard lock(mutex_);
  holds_ = false;
}

bool FakeCluster::deliver_held() {
  const std::lock_guard lock(mutex_);
  const auto written = write_now(held_.value());
  return written && written->applied;
}

void FakeCluster::set_reachable(bool reachable) {
  const std::lock_guard lock(mutex_);
  reachable_ = reachable;
}

void FakeCluster::compact(std::int64_t revision) {
  const std::lock_guard lock(mutex_);
  compacted_ = std::max(compacted_, revision);
}

void FakeCluster::forget_former_rows() {
  const std::lock_guard lock(mutex_);
  forgets_ = true;
}

std::int64_t FakeCluster::revision() const {
  const std::lock_guard lock(mutex_);
  return revision_;
}

std::optional<Bytes> FakeCluster::value(ByteView key) const {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(Bytes(key.begin(), key.end()));
  if (row == rows_.end()) return std::nullopt;
  const Version* version = version_at(row->second, revision_);
  return version != nullptr ? version->value : std::nullopt;
}

void FakeCluster::put(Bytes key, Bytes value) {
  const std::lock_guard lock(mutex_);
  ++revision_;
  std::vector<WatchEvent> events;
  set_row(key, std::move(value), 0, events);
  tell(events);
}

std::size_t FakeCluster::reads() const {
  const std::lock_guard lock(mutex_);
  return reads_;
}

std::size_t FakeCluster::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

void FakeCluster::expire(std::int64_t lease) {
  const std::lock_guard lock(mutex_);
  if (leases_.erase(lease) == 0) return;
  ++revision_;
  std::vector<WatchEvent> events;
  for (auto& [key, versions] : rows_)
    if (!versions.empty() && versions.back().value && versions.back().lease == lease)
      set_row(key, std::nullopt, 0, events);
  tell(events);
}

}  // namespace tacit::store::etcd
