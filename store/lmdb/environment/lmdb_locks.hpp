// The mutexes in lock.mdb, shared by all processes that have the environment open. The last process that closes it
// destroys them (LMDB since 0.9.29, mdb_env_close0) while it holds the file's lock. A process that opens it at that
// moment waits for the lock, takes it as one of several users, and continues with the destroyed mutexes:
// pthread_mutex_lock then returns EINVAL. Only the next process that is alone makes them again.
#pragma once

struct MDB_env;

namespace tacit::store {

/// Whether the environment was opened while the last other process closed it: then close it and open it again. Begins
/// and ends a read transaction.
bool has_destroyed_locks(MDB_env* env);

}  // namespace tacit::store
