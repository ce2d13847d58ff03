#include "store/etcd/engine/long_read.hpp"

#include <chrono>
#include <utility>

#include "store/etcd/rpc/rpc_await.hpp"

namespace tacit::store::etcd {
namespace {

/// From then on Tacit's hosts are told to keep the revision.
constexpr std::chrono::seconds held_after{5};
/// From then on the changes are watched. Most reads end before.
constexpr std::chrono::seconds watched_after{1};

}  // namespace

void LongRead::keep(std::int64_t revision) {
  if (!knows(revision)) {
    past_.reset();
    rewinds_ = false;
  }
  if (revision == 0) return;
  const auto lasts = Clock::now() - began_;
  if (context_.hold_revision && lasts > held_after && held_ != revision) {
    held_ = revision;
    hold_ = context_.hold_revision(revision);
  }
  // After a compaction at once: there will be another one.
  if (past_ || (lasts <= watched_after && !was_compacted_)) return;
  past_ = std::make_unique<PastRows>(context_.client, context_.keys.rows(), revision);
}

RpcOutcome<ReadTxnResult> LongRead::read(ReadTxn txn, Clock::time_point deadline) {
  keep(txn.revision);
  if (rewinds_) return read_rewound(std::move(txn), deadline);
  auto answer = read_now(*context_.client, txn, deadline);
  if (answer || answer.error().code != RpcErrc::compacted) return answer;
  was_compacted_ = true;
  if (!knows(txn.revision)) return answer;
  rewinds_ = true;
  return read_rewound(std::move(txn), deadline);
}

RpcOutcome<ReadTxnResult> LongRead::read_rewound(ReadTxn txn, Clock::time_point deadline) {
  txn.revision = 0;
  auto answer = read_now(*context_.client, txn, deadline);
  if (!answer) return answer;
  return past_->rewind(txn, std::move(*answer), deadline);
}

}  // namespace tacit::store::etcd
