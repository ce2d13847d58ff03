// The rows of one revision, also when etcd has forgotten it. From the first change after the revision on, a watch tells
// what each row was before. So an answer of any later revision can be turned back into that of the revision: rows that
// were changed or deleted since are as the watch told, and rows that were made since are left out.
//
// That fails if etcd forgets a row before it has told of it, which takes a compaction to a revision of the last
// milliseconds. It is noticed: no answer is given then that may be wrong.
#pragma once

#include <cstdint>
#include <memory>

#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// For one thread at a time, but not the client's.
class PastRows {
 public:
  /// How much the former rows may take in memory. A row that is made or changed again takes no more.
  static constexpr std::size_t most_bytes = std::size_t{64} << 20;

  /// Begins to watch these rows. etcd must know the revision until the watch has begun.
  PastRows(std::shared_ptr<EtcdClient> client, const KeyRange& rows, std::int64_t revision);
  PastRows(const PastRows&) = delete;
  PastRows& operator=(const PastRows&) = delete;
  ~PastRows();

  std::int64_t revision() const;

  /// Turns an answer of a later revision into that of `revision`. Waits until the watch has told of all changes between
  /// them. Fails with `unreachable` if it has not by the deadline, and with `compacted` if the rows are lost for good.
  RpcOutcome<ReadTxnResult> rewind(const ReadTxn& asked, ReadTxnResult answer, Clock::time_point deadline);

 private:
  class Known;

  RpcOutcome<std::monostate> wait_for(std::int64_t revision, Clock::time_point deadline);
  void watch();

  const std::shared_ptr<EtcdClient> client_;
  const Range rows_;
  const std::shared_ptr<Known> known_;
  std::unique_ptr<Watch> watch_;  ///< destroyed first
};

}  // namespace tacit::store::etcd
