// A transaction of LMDB that ends with its scope.
#pragma once

#include <lmdb.h>

#include <memory>

namespace tacit::store {

/// Aborts a transaction; for a read transaction this is the normal end.
struct TxnAbort {
  void operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
};
/// Release it before mdb_txn_commit, which always frees it.
using TxnPtr = std::unique_ptr<MDB_txn, TxnAbort>;

/// `flags`: those of mdb_txn_begin. Sets `code` to LMDB's; empty unless that is 0. A write transaction waits for the
/// writers of all processes.
inline TxnPtr begin_txn(MDB_env* env, unsigned flags, int& code) {
  MDB_txn* txn = nullptr;
  code = mdb_txn_begin(env, nullptr, flags, &txn);
  return TxnPtr(code == MDB_SUCCESS ? txn : nullptr);
}

}  // namespace tacit::store
