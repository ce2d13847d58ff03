// A directory of backups named after their times, tacit-20260131T120000Z.backup, and their retention. Files with other
// names are never touched.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/files/descriptor.hpp"

namespace tacit::server {

using BackupTime = std::chrono::sys_seconds;

/// The backups to keep beside the newest: those that at least one member keeps. Without members, all are kept.
struct Retention {
  std::optional<std::uint64_t> count;            ///< number of backups, including the new one
  std::optional<std::chrono::seconds> for_time;  ///< backups that are not older
};

std::string backup_name(BackupTime time);
/// The time in a backup's name; std::nullopt for other names.
std::optional<BackupTime> time_of_backup(std::string_view name);

/// The names to delete after `made` was written. Never contains `made` itself, even if other backups have later times,
/// or a name that is not a backup's.
std::vector<std::string> expired_backups(std::vector<std::string> names, const std::string& made,
                                         const Retention& retention, BackupTime now);

/// One process at a time may write into the directory. Not thread-safe.
class BackupDirectory {
 public:
  /// Throws CommandFailed if the path does not exist or is not a directory, if another process uses it, or if users
  /// other than root and this process's user can place links in the path. All operations are relative to a handle.
  explicit BackupDirectory(std::filesystem::path directory);
  BackupDirectory(const BackupDirectory&) = delete;
  BackupDirectory& operator=(const BackupDirectory&) = delete;
  ~BackupDirectory() = default;

  /// Whether the directory is on the store's disk.
  bool is_beside(const std::filesystem::path& store) const;
  /// Throws CommandFailed if there is not enough space for this many bytes. On the store's disk, the space below which
  /// a server warns must stay free, so that a backup does not fill the store's disk.
  void need_room(std::uint64_t bytes, bool beside_store) const;

  /// Records the host and store of the backups in the file .tacit-store, unless it exists. Returns its content if it
  /// names another store. Backup names do not identify the store, so retention must not mix stores.
  std::optional<std::string> other_owner(const std::filesystem::path& store) const;
  /// The same without writing the file.
  std::optional<std::string> noted_other_owner(const std::filesystem::path& store) const;

  /// The files that tidy would delete: expired backups, and temporary files of killed runs.
  std::vector<std::string> superfluous(const std::string& made, const Retention& retention, BackupTime now,
                                       std::vector<std::string>& troubles) const;

  /// Deletes expired backups and temporary files of killed runs. Returns their names. `troubles` gets a sentence for
  /// each file that could not be deleted, and for each incomplete file with a backup's name, which is kept.
  std::vector<std::string> tidy(const std::string& made, const Retention& retention, BackupTime now,
                                std::vector<std::string>& troubles) const;

  const std::filesystem::path& path() const { return path_; }

 private:
  bool is_whole(const std::string& name) const;

  const std::filesystem::path path_;
  crypto::Descriptor descriptor_;
};

}  // namespace tacit::server
