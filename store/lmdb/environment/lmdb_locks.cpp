#include "store/lmdb/environment/lmdb_locks.hpp"

#include <cerrno>

#include "store/lmdb/environment/lmdb_txn.hpp"

namespace tacit::store {

bool has_destroyed_locks(MDB_env* env) {
  int code = MDB_SUCCESS;
  const TxnPtr txn = begin_txn(env, MDB_RDONLY, code);
  return code == EINVAL;
}

}  // namespace tacit::store
