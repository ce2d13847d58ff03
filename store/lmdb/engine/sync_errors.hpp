// Detects failed syncs. LMDB returns a commit's error, but not the step that failed. A write that found no room has
// changed nothing; after a failed sync the content of the disk is unknown, whatever the error is. This program
// therefore defines fdatasync and fsync, which LMDB calls: they call the C library's functions and keep the error for
// the calling thread.
#pragma once

namespace tacit::store {

/// The error of this thread's last failed sync since `forget_sync_error`; 0 if none failed.
int sync_error();
void forget_sync_error();

}  // namespace tacit::store
