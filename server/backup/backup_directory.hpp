// A directory of backups that are named by their times, tacit-20260131T120000Z.backup, and how long they are kept.
// What has another name is somebody else's and is never touched.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/descriptor.hpp"

namespace tacit::server {

using BackupTime = std::chrono::sys_seconds;

/// Which backups are kept beside the newest: those that either says. With neither all are.
struct Retention {
  std::optional<std::uint64_t> count;            ///< so many in all, the one just made included
  std::optional<std::chrono::seconds> for_time;  ///< those that are not older
};

std::string backup_name(BackupTime time);
/// Nothing if the name is none of a backup.
std::optional<BackupTime> time_of_backup(std::string_view name);

/// Which of the names are to be deleted now that `made` is there. Never `made` itself, whatever the clock said when the
/// others were made; nor what is no backup's name.
std::vector<std::string> expired_backups(std::vector<std::string> names, const std::string& made,
                                         const Retention& retention, BackupTime now);

/// One process at a time may write into it. Not thread-safe.
class BackupDirectory {
 public:
  /// Throws CommandFailed if it is not there, is no directory, another process is at work in it, or others than root
  /// and this process's user can have put a link on the way to it. All that is done in it is done relative to a handle.
  explicit BackupDirectory(std::filesystem::path directory);
  BackupDirectory(const BackupDirectory&) = delete;
  BackupDirectory& operator=(const BackupDirectory&) = delete;
  ~BackupDirectory() = default;

  /// Whether it is on the store's own disk.
  bool is_beside(const std::filesystem::path& store) const;
  /// Throws CommandFailed if so many bytes have no room in it. On the store's own disk as much must stay free as a
  /// server wants before it warns: a backup must not be what fills the store's disk.
  void need_room(std::uint64_t bytes, bool beside_store) const;

  /// Notes in a file of the directory, .tacit-store, of which host and store its backups are, if nothing is noted yet;
  /// answers what is noted if that is another's. Names do not tell stores apart, so retention must not mix them.
  std::optional<std::string> other_owner(const std::filesystem::path& store) const;
  /// The same, without noting anything.
  std::optional<std::string> noted_other_owner(const std::filesystem::path& store) const;

  /// What tidy would delete: what retention does not keep beside `made`, and what runs that were killed left behind.
  std::vector<std::string> superfluous(const std::string& made, const Retention& retention, BackupTime now,
                                       std::vector<std::string>& troubles) const;

  /// Deletes what retention does not keep, and what runs that were killed left behind. Answers the names, and in
  /// `troubles` a sentence for each that could not be deleted, or has a backup's name and is no whole one: such are
  /// left.
  std::vector<std::string> tidy(const std::string& made, const Retention& retention, BackupTime now,
                                std::vector<std::string>& troubles) const;

  const std::filesystem::path& path() const { return path_; }

 private:
  bool is_whole(const std::string& name) const;

  const std::filesystem::path path_;
  crypto::Descriptor descriptor_;
};

}  // namespace tacit::server
