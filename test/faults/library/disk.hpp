// Faults of the store's file alone, as an integration test requests them while a server runs. The file that
// FAULTY_DISK names has one line, which is read at each call. Without the file, no operation fails:
//
//   quota BYTES        writes and allocations of blocks beyond that size fail with EDQUOT
//   writes ERROR       every write fails
//   syncs ERROR        every sync fails
//   one-sync ERROR     only the next sync fails
//   reads BYTES        reads beyond that size never end
#pragma once

namespace faults {

/// The error of a write or an allocation of blocks (`ahead`) up to that byte; 0 if it succeeds.
int disk_write_error(int fd, long long end, bool ahead);
int disk_sync_error(int fd);
/// Does not return if that read never ends.
void wait_for_disk(int fd, long long end);

}  // namespace faults
