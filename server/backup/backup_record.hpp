// When the store was last backed up: a small file that `tacit backup` writes when it has succeeded, and that servers
// (tacit_backup_last_success_timestamp_seconds) and `tacit status` read. It is no part of the store: a backup only
// reads that, and may be made by an operator who has no keyring.
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

struct BackupRecord {
  std::int64_t at = 0;      ///< when it was complete, in seconds since 1970
  std::string file;         ///< where it was written; "-": standard output
  std::uint64_t bytes = 0;  ///< of the backup
};

/// Where it is: as `backup-record` says, else beside the store, STORE.last-backup. Not in the store's directory, where
/// the planes' users may write.
std::filesystem::path backup_record_file(const Config& config);

/// Nothing if there is none yet, or what is there is none: unreadable, no regular file, or of a time that is yet to
/// come. Follows no link. Blocks for a small read; any thread.
std::optional<BackupRecord> read_backup_record(const std::filesystem::path& file);

/// Replaces the file as a whole, readable for all, and syncs it. Follows no link.
std::error_code write_backup_record(const std::filesystem::path& file, const BackupRecord& record);

}  // namespace tacit::server
