// Does the disk operations of a commit, writes and syncs, without changing anything.
#pragma once

#include <cstdint>

struct MDB_txn;

namespace tacit::store {

/// Writes zeros to the next `pages` pages that were never used, up to the map's end, then rewrites the meta page that
/// the transaction would replace with its present content, and syncs. The transaction is a write transaction, so no
/// other writer uses these pages. Returns 0 or the error. A commit that fails on the meta page leaves the environment
/// unusable, and a failed sync leaves the disk in an unknown state; where such a failure is likely, a rehearsal detects
/// it first.
int rehearse_commit(MDB_txn* txn, std::uint64_t pages);

}  // namespace tacit::store
