// The mutexes in lock.mdb, which every process that has the environment open shares. The last process to close it
// destroys them (LMDB since 0.9.29, mdb_env_close0) and holds the file's lock meanwhile. A process that opens it at
// that moment waits for the lock, takes it as one among others, and so goes on with what was destroyed: from then on
// pthread_mutex_lock says EINVAL. Only the next process to be alone makes them again.
#pragma once

struct MDB_env;

namespace tacit::store {

/// Whether the environment was opened while the last other process closed it: close it and open it again. Begins a read
/// transaction and ends it.
bool has_destroyed_locks(MDB_env* env);

}  // namespace tacit::store
