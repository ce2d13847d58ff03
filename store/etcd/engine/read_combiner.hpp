// Combines reads of coroutines: those that begin while others are under way wait for each other and share one request
// to etcd. A request costs etcd and this process more than what it reads.
//
// What was read stays linearizable: the shared request begins after each of the reads that it answers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// Thread-safe. Callbacks keep it alive.
class ReadCombiner : public std::enable_shared_from_this<ReadCombiner> {
 public:
  using Done = EtcdClient::Done<ReadTxnResult>;

  /// Shared requests that are under way at once: one more lets a read begin while the others are answered.
  static constexpr std::size_t most_under_way = 2;
  /// A read that may return more rows has a request of its own, for which no other waits.
  static constexpr std::size_t most_rows_of_read = 256;
  static constexpr std::size_t most_rows = 1024;
  /// No read waits longer for an answer to others: the endpoint may be dead.
  static constexpr std::chrono::milliseconds most_patience{100};

  /// The client lives until `close`.
  ReadCombiner(EtcdClient& client, std::size_t most_ranges) : client_(client), most_ranges_(most_ranges) {}
  ReadCombiner(const ReadCombiner&) = delete;
  ReadCombiner& operator=(const ReadCombiner&) = delete;

  /// As EtcdClient::read. A failure other than `unreachable` concerns this read and no other.
  void read(ReadTxn txn, Clock::time_point deadline, Done done);
  /// Makes no more requests; reads that wait are not answered.
  void close();

 private:
  struct Waiting {
    ReadTxn txn;
    Clock::time_point deadline;
    Done done;
    std::size_t rows = 0;
  };
  struct Group;
  using GroupPtr = std::shared_ptr<Group>;

  /// The first read that waits, and others of its revision; null: none waits. Under the lock.
  GroupPtr take_group();
  void send(GroupPtr group);
  /// After an answer.
  void send_next();
  void end_sending();
  void answer(const GroupPtr& group, RpcOutcome<ReadTxnResult> outcome);
  void send_apart(Group& group);

  EtcdClient& client_;
  const std::size_t most_ranges_;
  std::mutex mutex_;
  std::condition_variable sent_;
  std::size_t sending_ = 0;  ///< callbacks that make requests
  bool closed_ = false;
  std::deque<Waiting> waiting_;
  std::size_t under_way_ = 0;
  Clock::time_point last_sent_{};
};

}  // namespace tacit::store::etcd
