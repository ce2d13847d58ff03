// The record of the last backup: a small file that `tacit backup` writes after a success, and that servers
// (tacit_backup_last_success_timestamp_seconds) and `tacit status` read. It is not part of the store, because a backup
// only reads the store, and an operator without a keyring may make it.
//
//   {"at": 1767225600, "time": "2026-01-01T00:00:00Z", "file": "/var/backups/tacit/…", "bytes": 123456}
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "server/config/config.hpp"

namespace tacit::server {

struct LastBackup {
  std::int64_t at = 0;      ///< time of completion, in seconds since 1970
  std::string file;         ///< the backup's file; "-": standard output
  std::uint64_t bytes = 0;  ///< size of the backup
};

/// The record's path: `backup-record`, by default STORE.last-backup beside the store. Not in the store's directory,
/// because the planes' users can write there. Empty without `backup-record` if the store is in etcd.
std::filesystem::path last_backup_file(const Config& config);

/// Returns nullopt if the file does not exist or is invalid: unreadable, not a regular file, or with a time in the
/// future. Does not follow a link. Blocks for a small read. Any thread.
std::optional<LastBackup> read_last_backup(const std::filesystem::path& file);

/// Replaces the file atomically, readable by all users, and syncs it. Does not follow a link.
std::error_code write_last_backup(const std::filesystem::path& file, const LastBackup& record);

}  // namespace tacit::server
