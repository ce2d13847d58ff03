// The requests of a read that blocks its thread and may be long: a command that walks the whole store. All rows of a
// walk are those of its first revision, whatever becomes of the revision:
//
//  * After some seconds it is pinned, so that Tacit's hosts do not compact it (store/etcd/room/revision_pin.hpp).
//  * Another client of etcd may compact it in spite of that. Then the walk goes on at the newest revision, and each
//    answer is turned back into that of the first one (store/etcd/engine/past_rows.hpp). So a walk over several
//    revisions promises what a walk at one revision does, and a verification, a backup or an export of it is complete
//    and in itself consistent.
//  * If that cannot be done either, the read fails as `compacted`; then its work has to start again.
#pragma once

#include <cstdint>
#include <memory>

#include "store/etcd/engine/engine_context.hpp"
#include "store/etcd/engine/past_rows.hpp"

namespace tacit::store::etcd {

/// For one thread at a time.
class LongRead {
 public:
  /// The context must outlive this.
  explicit LongRead(EngineContext& context) : context_(context) {}
  LongRead(const LongRead&) = delete;
  LongRead& operator=(const LongRead&) = delete;

  /// Blocks until etcd has answered, or the deadline. A transaction without a revision begins the work again.
  RpcOutcome<ReadTxnResult> read(ReadTxn txn, Clock::time_point deadline);

 private:
  /// Whatever keeps that revision readable, if the work is long.
  void keep(std::int64_t revision);
  bool knows(std::int64_t revision) const { return past_ && past_->revision() == revision; }
  RpcOutcome<ReadTxnResult> read_rewound(ReadTxn txn, Clock::time_point deadline);

  EngineContext& context_;
  const Clock::time_point began_ = Clock::now();
  RevisionHold hold_;
  std::int64_t held_ = 0;
  std::unique_ptr<PastRows> past_;
  bool rewinds_ = false;        ///< etcd has forgotten the revision
  bool was_compacted_ = false;  ///< the present revision or an earlier one
};

}  // namespace tacit::store::etcd
