// Finds out whether a Txn whose answer was lost was applied. Nothing may run again before that is certain, because the
// Txn may still be on its way to etcd.
//
// Each commit replaces its slot's head, with a random operation id, if the head is what it was. So:
//
// - The head, or the block of the commit, has its id: it was applied.
// - The head is still what it was: the same Txn is sent again; only one of the two can be applied. If etcd refuses it,
//   because a row that it compares has changed, the first one might still come later, when that row is what it was.
//   Then a fence is sent: a Txn that only replaces the head's operation. Once it is applied, the commit never can be.
// - The head was replaced by another operation: the commit cannot be applied any more. It may have been applied before
//   that operation. The block tells, or else the head's history does.
#pragma once

#include "store/etcd/engine/commit.hpp"

namespace tacit::store::etcd {

enum class Settled : std::uint8_t {
  applied,
  not_applied,  ///< and it never will be
  unknown,      ///< until the deadline, or etcd's history does not tell any more
};

struct Settlement {
  Settled outcome = Settled::unknown;
  std::int64_t revision = 0;  ///< Settled::applied: at which, or a later one
  /// Operations of the fences that were sent: the head may have one of them.
  std::vector<OperationId> fences{};
};

/// Blocks until the deadline at most.
Settlement settle_doubt(EngineContext& context, const Commit& commit, Clock::time_point deadline);

}  // namespace tacit::store::etcd
