#include "store/etcd/engine/commit_doubt.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "store/etcd/audit/audit_block.hpp"
#include "store/etcd/rpc/rpc_await.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::chrono::milliseconds pause{50};
/// How many operations of others the head's history is followed back.
constexpr int most_history = 32;

/// The slot's head and the commit's block at one revision.
struct Seen {
  std::int64_t revision = 0;
  std::int64_t head_revision = 0;  ///< 0: no row
  std::optional<SlotHead> head;    ///< std::nullopt: no row, or not readable
  std::optional<AuditBlock> block;
};

class Doubt {
 public:
  Doubt(EngineContext& context, const Commit& commit, Clock::time_point deadline)
      : context_(context), commit_(commit), deadline_(deadline) {}

  Settlement settle() {
    Settlement settlement = find_out();
    settlement.fences = std::move(fences_);
    return settlement;
  }

 private:
  static Settlement applied(std::int64_t revision) {
    Settlement settlement;
    settlement.outcome = Settled::applied;
    settlement.revision = revision;
    return settlement;
  }
  static Settlement not_applied() {
    Settlement settlement;
    settlement.outcome = Settled::not_applied;
    return settlement;
  }

  Settlement find_out() {
    while (Clock::now() < deadline_) {
      const auto seen = look(0);
      if (!seen) {
        if (seen.error().code != RpcErrc::unreachable) return {};
        rest();
        continue;
      }
      if (const auto settled = judge(*seen)) return *settled;
      if (const auto settled = send()) return *settled;
    }
    return {};
  }

  RpcOutcome<Seen> look(std::int64_t revision) {
    ReadTxn txn;
    txn.revision = revision;
    txn.ranges.emplace_back().key = commit_.head_key;
    if (commit_.block_key) txn.ranges.emplace_back().key = *commit_.block_key;
    const std::size_t asked = txn.ranges.size();
    auto answer = read_now(*context_.client, std::move(txn), deadline_);
    if (!answer) return answer.error();
    Seen seen;
    seen.revision = answer->revision;
    if (answer->ranges.size() != asked) return RpcFailure{RpcErrc::invalid, "etcd's answer is incomplete"};
    if (!answer->ranges[0].rows.empty()) {
      seen.head_revision = answer->ranges[0].rows[0].mod_revision;
      seen.head = decode_slot_head(answer->ranges[0].rows[0].value);
    }
    if (asked > 1 && !answer->ranges[1].rows.empty()) seen.block = decode_block(answer->ranges[1].rows[0].value);
    return seen;
  }

  bool is_fence(const OperationId& operation) const { return std::ranges::find(fences_, operation) != fences_.end(); }

  /// std::nullopt: the head is still what it was.
  std::optional<Settlement> judge(const Seen& seen) {
    if (seen.head && seen.head->operation == commit_.operation) return applied(seen.head_revision);
    if (seen.block && seen.block->operation == commit_.operation) return applied(seen.revision);
    if (seen.head_revision == commit_.head_revision) return std::nullopt;
    if (seen.head && is_fence(seen.head->operation)) return not_applied();
    // At its place is a block of an operation that continued the same head.
    if (seen.block) return not_applied();
    return follow_history(seen);
  }

  Settlement follow_history(Seen seen) {
    for (int step = 0; step < most_history && Clock::now() < deadline_; ++step) {
      if (seen.head_revision <= commit_.head_revision) break;
      const auto before = look(seen.head_revision - 1);
      if (!before) {
        if (before.error().code != RpcErrc::unreachable) return {};
        rest();
        continue;
      }
      const bool is_ours = (before->head && before->head->operation == commit_.operation) ||
                           (before->block && before->block->operation == commit_.operation);
      if (is_ours) return applied(before->head_revision);
      const bool is_expected = before->head_revision == commit_.head_revision;
      if (is_expected || (before->head && is_fence(before->head->operation))) return not_applied();
      seen = *before;
    }
    return {};
  }

  /// Sends the Txn again, or a fence once etcd has refused it.
  std::optional<Settlement> send() {
    WriteTxn txn = commit_.txn;
    if (refused_) {
      // The same one each time: only one of them can be applied, and it tells as much as any.
      if (fences_.empty()) fences_.push_back(make_operation_id());
      txn = fence_of(commit_, fences_.back());
    }
    const auto answer = write_now(*context_.client, std::move(txn), deadline_);
    if (!answer) {
      // Also after a definite failure of this one, the first may have been applied, or may still be.
      if (answer.error().code == RpcErrc::in_doubt || answer.error().code == RpcErrc::unreachable) {
        rest();
        return std::nullopt;
      }
      refused_ = true;
      rest();
      return std::nullopt;
    }
    if (!answer->applied) {
      refused_ = true;
      return std::nullopt;
    }
    if (refused_) return not_applied();
    return applied(answer->revision);
  }

  void rest() const { std::this_thread::sleep_for(pause); }

  EngineContext& context_;
  const Commit& commit_;
  const Clock::time_point deadline_;
  bool refused_ = false;
  std::vector<OperationId> fences_;
};

}  // namespace

Settlement settle_doubt(EngineContext& context, const Commit& commit, Clock::time_point deadline) {
  context.figures.in_doubt.fetch_add(1, std::memory_order_relaxed);
  return Doubt(context, commit, deadline).settle();
}

}  // namespace tacit::store::etcd
