// Does what a commit does to the disk, without changing anything: writes, and syncs.
#pragma once

#include <cstdint>

struct MDB_txn;

namespace tacit::store {

/// Writes zeros to the next so many pages that were never used, as far as the map goes, then writes the meta page that
/// the transaction would replace as it is, and syncs. The transaction is one that writes: it keeps other writers away
/// from these pages. 0, or the error. A commit that fails on the meta page leaves an environment that is of no use any
/// more, and one that fails to sync a disk in an unknown state: where that is to be feared, this finds out before.
int rehearse_commit(MDB_txn* txn, std::uint64_t pages);

}  // namespace tacit::store
