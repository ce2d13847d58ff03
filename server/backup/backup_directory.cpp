#include "server/backup/backup_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <system_error>

#include "crypto/files/trusted_folder.hpp"
#include "crypto/ids/uuid.hpp"
#include "crypto/text/size_text.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"
#include "store/backup/backup_hash.hpp"

namespace tacit::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* name_format = "tacit-%Y%m%dT%H%M%SZ.backup";
constexpr std::size_t name_length = 29;
constexpr std::size_t uuid_length = 36;

std::string why(int error) { return std::generic_category().message(error); }

// A temporary file of a killed run without O_TMPFILE: .tacit-….backup.UUID
bool is_left_over(std::string_view name) {
  return name.size() == 1 + name_length + 1 + uuid_length && name[0] == '.' && name[1 + name_length] == '.' &&
         time_of_backup(name.substr(1, name_length)) &&
         crypto::parse_uuid(name.substr(name.size() - uuid_length)).has_value();
}

std::vector<std::string> names_in(int directory) {
  std::vector<std::string> names;
  const int descriptor = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> open(descriptor < 0 ? nullptr : ::fdopendir(descriptor), ::closedir);
  if (!open) return names;
  while (const dirent* entry = ::readdir(open.get())) names.emplace_back(entry->d_name);
  return names;
}

bool is_regular(int directory, const std::string& name, struct stat& status) {
  return ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

constexpr const char* owner_file = ".tacit-store";

/// The machine's id (machine-id(5)) or, if it has none, its name; and the store's path. Of a store in etcd: its place.
std::string owner_name(const fs::path& store) {
  if (is_in_etcd(store)) return store.string() + "\n";  // backups of it may be made on any host
  std::array<char, 256> text{};
  const int file = ::open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
  const ssize_t size = file < 0 ? 0 : ::read(file, text.data(), text.size() - 1);
  if (file >= 0) ::close(file);
  if (size <= 0) ::gethostname(text.data(), text.size() - 1);
  std::string host(text.data());
  host.erase(std::min(host.find('\n'), host.size()));
  std::error_code error;
  const fs::path whole = fs::canonical(store, error);
  return host + ":" + (error ? store : whole).string() + "\n";
}

}  // namespace

std::string backup_name(BackupTime time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), name_format, &parts)};
}

std::optional<BackupTime> time_of_backup(std::string_view name) {
  if (name.size() != name_length) return std::nullopt;
  const std::string text(name);
  std::tm parts{};
  const char* const end = ::strptime(text.c_str(), name_format, &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  const BackupTime time{std::chrono::seconds(::timegm(&parts))};
  // strptime accepts several spellings of a time, such as blanks for zeros.
  if (backup_name(time) != name) return std::nullopt;
  return time;
}

std::vector<std::string> expired_backups(std::vector<std::string> names, const std::string& made,
                                         const Retention& retention, BackupTime now) {
  std::erase_if(names, [&](const std::string& name) { return name == made || !time_of_backup(name); });
  if (!retention.count && !retention.for_time) return {};
  std::ranges::sort(names, std::greater<>());  // the newest first
  std::vector<std::string> expired;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool counted = retention.count && i + 1 < *retention.count;
    const bool recent = retention.for_time && *time_of_backup(names[i]) >= now - *retention.for_time;
    if (!counted && !recent) expired.push_back(names[i]);
  }
  return expired;
}

BackupDirectory::BackupDirectory(fs::path directory) : path_(std::move(directory)) {
  const std::string what = "cannot back up: --into " + path_.string() + ": ";
  const auto found = crypto::open_folder(path_);
  if (!found) throw CommandFailed(what + found.error().why);
  descriptor_ = crypto::Descriptor(::openat(found->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor_) throw CommandFailed(what + why(errno));
  if (::flock(descriptor_.get(), LOCK_EX | LOCK_NB) == 0) return;
  const int error = errno;
  throw CommandFailed("cannot back up: " + path_.string() +
                      (error == EWOULDBLOCK ? ": another backup into this directory is running" : ": " + why(error)));
}

bool BackupDirectory::is_beside(const fs::path& store) const {
  struct stat here {};
  struct stat there {};
  return ::fstat(descriptor_.get(), &here) == 0 && ::stat(store.c_str(), &there) == 0 && there.st_dev == here.st_dev;
}

void BackupDirectory::need_room(std::uint64_t bytes, bool beside_store) const {
  struct statvfs space {};
  if (::fstatvfs(descriptor_.get(), &space) != 0) return;  // then the write fails
  const std::uint64_t available = std::uint64_t{space.f_bavail} * space.f_frsize;
  const std::uint64_t capacity = std::uint64_t{space.f_blocks} * space.f_frsize;
  const std::uint64_t margin =
      beside_store ? std::min<std::uint64_t>(capacity / 10, std::uint64_t{1} << 30) : std::uint64_t{0};
  if (available >= bytes + margin) return;
  throw CommandFailed(
      "cannot back up: the disk of " + path_.string() + " has " + crypto::mebibytes_rounded_up(available) +
      " free, and a backup takes up to " + crypto::mebibytes_rounded_up(bytes) +
      (beside_store ? ", plus " + crypto::mebibytes_rounded_up(margin) + " that the store on that disk needs" : "") +
      ": free space, keep fewer backups or keep them on another disk");
}

std::optional<std::string> BackupDirectory::other_owner(const fs::path& store) const {
  const std::string own = owner_name(store);
  const int made = ::openat(descriptor_.get(), owner_file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (made >= 0) {
    const bool written = ::write(made, own.data(), own.size()) == static_cast<ssize_t>(own.size());
    ::close(made);
    if (written) return std::nullopt;
  }
  return noted_other_owner(store);
}

std::optional<std::string> BackupDirectory::noted_other_owner(const fs::path& store) const {
  const std::string own = owner_name(store);
  const int file = ::openat(descriptor_.get(), owner_file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return std::nullopt;
  std::string noted(4096, '\0');
  const ssize_t size = file < 0 ? -1 : ::pread(file, noted.data(), noted.size(), 0);
  if (file >= 0) ::close(file);
  noted.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return noted == own ? std::nullopt : std::optional(std::move(noted));
}

// Checks the trailer, not the hash, because reading all backups each time would take too long.
bool BackupDirectory::is_whole(const std::string& name) const {
  const int file = ::openat(descriptor_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return false;
  struct stat status {};
  std::array<std::uint8_t, store::backup_trailer_size> trailer{};
  const bool whole =
      ::fstat(file, &status) == 0 && status.st_size >= static_cast<off_t>(trailer.size()) &&
      ::pread(file, trailer.data(), trailer.size(), status.st_size - static_cast<off_t>(trailer.size())) ==
          static_cast<ssize_t>(trailer.size()) &&
      store::is_backup_trailer(trailer, static_cast<std::uint64_t>(status.st_size));
  ::close(file);
  return whole;
}

std::vector<std::string> BackupDirectory::superfluous(const std::string& made, const Retention& retention,
                                                      BackupTime now, std::vector<std::string>& troubles) const {
  std::vector<std::string> backups;
  std::vector<std::string> to_delete;
  struct stat status {};
  for (const std::string& name : names_in(descriptor_.get())) {
    if (is_left_over(name) && is_regular(descriptor_.get(), name, status)) to_delete.push_back(name);
    if (name == made || !time_of_backup(name) || !is_regular(descriptor_.get(), name, status)) continue;
    if (is_whole(name)) {
      backups.push_back(name);
    } else {
      troubles.push_back((path_ / name).string() + " has a backup's name but is not a complete backup; it is kept");
    }
  }
  std::ranges::move(expired_backups(std::move(backups), made, retention, now), std::back_inserter(to_delete));
  return to_delete;
}

std::vector<std::string> BackupDirectory::tidy(const std::string& made, const Retention& retention, BackupTime now,
                                               std::vector<std::string>& troubles) const {
  std::vector<std::string> deleted;
  for (const std::string& name : superfluous(made, retention, now, troubles)) {
    if (::unlinkat(descriptor_.get(), name.c_str(), 0) == 0) {
      deleted.push_back(name);
    } else {
      troubles.push_back((path_ / name).string() + " cannot be deleted: " + why(errno));
    }
  }
  return deleted;
}

}  // namespace tacit::server
