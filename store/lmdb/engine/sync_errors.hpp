// Whether a sync failed. LMDB answers a commit's error, and not in which step it came: a write that found no room has
// changed nothing, but after a sync that failed nobody knows what is on the disk, whatever the error is. So this
// program has its own fdatasync and fsync, which LMDB calls like everybody else: they call the C library's, and keep
// the error of the calling thread.
#pragma once

namespace tacit::store {

/// The error of this thread's last sync that failed since `forget_sync_error`; 0 if none did.
int sync_error();
void forget_sync_error();

}  // namespace tacit::store
