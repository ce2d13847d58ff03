// An etcd cluster in memory for tests: revisions, Txns, leases and watches as in etcd, with delays, reordering, and
// answers that are lost. Several clients share one cluster.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// How badly a cluster behaves. Probabilities are from 0 to 1.
struct FakeFaults {
  double lost_reads = 0;      ///< answered `unreachable`
  double lost_writes = 0;     ///< answered `in_doubt`; half of them are applied, some of these after the answer
  double refused_writes = 0;  ///< answered `unreachable` and not applied
  std::chrono::microseconds most_delay{0};  ///< of a request and of an answer
  std::chrono::microseconds late{20'000};   ///< how long after a lost answer the write is applied, at most
};

/// Thread-safe. Its thread applies requests and calls back. Must outlive its clients' engines.
class FakeCluster {
 public:
  explicit FakeCluster(unsigned seed = 1);
  ~FakeCluster();
  FakeCluster(const FakeCluster&) = delete;
  FakeCluster& operator=(const FakeCluster&) = delete;

  std::shared_ptr<EtcdClient> client();

  void set_faults(const FakeFaults& faults);
  void set_no_space(bool no_space);
  /// Larger Txns are answered `too_large`, in compares or in changes.
  void set_most_operations(std::size_t operations);
  /// Likewise reads whose rows have more bytes.
  void set_most_answer_bytes(std::size_t bytes);
  /// From now on writes are answered `in_doubt`. The first one is kept, the others are lost.
  void hold_writes();
  /// Writes are answered as before.
  void stop_holding();
  /// Now the write that was kept arrives. Returns whether it was applied.
  bool deliver_held();
  /// All later requests are answered `unreachable`.
  void set_reachable(bool reachable);
  void compact(std::int64_t revision);
  /// From now on watches do not tell what rows were before.
  void forget_former_rows();
  std::int64_t revision() const;
  /// A row now.
  std::optional<Bytes> value(ByteView key) const;
  /// Puts a row as another client would.
  void put(Bytes key, Bytes value);
  std::size_t reads() const;
  std::size_t writes() const;
  /// Ends a lease as if it had expired.
  void expire(std::int64_t lease);

 private:
  friend class FakeClient;
  friend class FakeWatch;
  struct Version {
    std::int64_t revision = 0;
    std::optional<Bytes> value;
    std::int64_t lease = 0;
  };
  struct Less {
    bool operator()(const Bytes& a, const Bytes& b) const { return a < b; }
  };
  using Rows = std::map<Bytes, std::vector<Version>, Less>;
  struct Watching {
    Bytes first;
    Bytes end;
    WatchHandlers handlers;
  };

  using Job = std::function<void()>;
  void after(std::chrono::microseconds delay, Job job);
  void run();
  /// Under the lock.
  std::chrono::microseconds some_delay();
  bool happens(double probability);
  const Version* version_at(const std::vector<Version>& versions, std::int64_t revision) const;
  static std::int64_t creation_of(const std::vector<Version>& versions, const Version* version);
  std::vector<std::pair<Bytes, const Version*>> rows_in(const Bytes& key, const Bytes& end,
                                                        std::int64_t revision) const;
  bool holds(const Compare& compare) const;
  RpcOutcome<ReadTxnResult> read_now(const ReadTxn& txn) const;
  RpcOutcome<WriteTxnResult> write_now(const WriteTxn& txn);
  void set_row(const Bytes& key, std::optional<Bytes> value, std::int64_t lease, std::vector<WatchEvent>& events);
  static KeyValue row_of(const Bytes& key, const std::vector<Version>& versions, const Version& version);
  void tell(const std::vector<WatchEvent>& events);
  void tell_watch(int number, std::vector<WatchEvent> events);
  /// What a watch from that revision on reports first. The history is complete, also what reads do not see any more.
  void tell_history(int number, const Watching& watching, std::int64_t revision);
  void read(ReadTxn txn, Clock::time_point deadline, EtcdClient::Done<ReadTxnResult> done);
  void write(WriteTxn txn, Clock::time_point deadline, EtcdClient::Done<WriteTxnResult> done);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Clock::time_point, Job> jobs_;
  bool stops_ = false;
  std::mt19937 random_;
  FakeFaults faults_;
  bool no_space_ = false;
  bool reachable_ = true;
  bool holds_ = false;
  std::optional<WriteTxn> held_;
  std::size_t most_operations_ = SIZE_MAX;
  std::size_t most_answer_bytes_ = SIZE_MAX;
  std::int64_t revision_ = 1;
  std::int64_t compacted_ = 0;
  bool forgets_ = false;
  std::int64_t next_lease_ = 1;
  std::map<std::int64_t, std::chrono::seconds> leases_;
  Rows rows_;
  std::size_t reads_ = 0;
  std::size_t writes_ = 0;
  std::map<int, std::shared_ptr<Watching>> watches_;
  int next_watch_ = 0;
  std::thread thread_;
};

}  // namespace tacit::store::etcd
