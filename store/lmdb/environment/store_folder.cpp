#include "store/lmdb/environment/store_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "crypto/files/trusted_folder.hpp"

namespace tacit::store {
namespace {

/// Sticky: members of the folder's group cannot replace each other's files.
constexpr mode_t folder_mode = S_ISVTX | S_IRWXU | S_IRWXG;

std::error_code last_error() { return {errno, std::generic_category()}; }

using OpenedFolder = boost::system::result<crypto::Descriptor, crypto::FolderFault>;

/// Opens the folder, after creating missing ones on its path. Does not follow links that other users may have created,
/// nor links in the place of folders that were missing.
OpenedFolder open_or_make(const std::filesystem::path& folder) {
  OpenedFolder opened = crypto::open_folder(folder);
  if (opened || opened.error().error != ENOENT || !folder.has_filename()) return opened;
  const OpenedFolder parent = open_or_make(crypto::folder_of(folder));
  if (!parent) return parent.error();
  const auto fault = [] { return crypto::FolderFault{last_error().message(), errno}; };
  const std::string name = folder.filename().string();
  if (::mkdirat(parent->get(), name.c_str(), S_IRWXU | S_IRWXG | S_IRWXO) != 0 && errno != EEXIST) return fault();
  crypto::Descriptor made(::openat(parent->get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!made) return fault();
  return made;
}

}  // namespace

std::error_code make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  // Without a trailing slash, which would make the folder its own parent.
  const auto path = folder.has_filename() ? folder : folder.parent_path();
  const OpenedFolder parent = open_or_make(crypto::folder_of(path));
  if (!parent) return {parent.error().error, std::generic_category()};
  const std::string name = path.filename().string();
  if (::mkdirat(parent->get(), name.c_str(), folder_mode) != 0) {
    const std::error_code failed = last_error();
    return std::filesystem::is_directory(path, error) ? std::error_code() : failed;
  }
  const crypto::Descriptor made(::openat(parent->get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  // mkdir(2) may ignore the sticky bit. The umask and the parent's group determine the other bits.
  if (!made || ::fstat(made.get(), &status) != 0 || ::fchmod(made.get(), (status.st_mode & 07777) | S_ISVTX) != 0) {
    return last_error();
  }
  return {};
}

bool is_vacant(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  for (const std::filesystem::directory_iterator end; !error && entries != end; entries.increment(error)) {
    const bool of_file_system = entries->path().filename() == "lost+found" && entries->is_directory(error);
    // A socket holds no data; a server whose store was moved away still has its socket there.
    const bool keeps_nothing = entries->symlink_status(error).type() == std::filesystem::file_type::socket;
    if (!of_file_system && !keeps_nothing) return false;
  }
  return !error;
}

void sync_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace tacit::store
