#include "store/folder.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace tacit::store {
namespace {

constexpr std::filesystem::perms folder_mode = static_cast<std::filesystem::perms>(0770);

}  // namespace

std::error_code make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  // Without the slash at the end that would make the folder its own parent.
  const auto path = folder.has_filename() ? folder : folder.parent_path();
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (!error && std::filesystem::create_directory(path, error)) {
    // It has what the umask leaves of 0777; nobody else may look in.
    std::filesystem::permissions(path, ~folder_mode, std::filesystem::perm_options::remove, error);
  }
  return error;
}

bool is_vacant(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  for (const std::filesystem::directory_iterator end; !error && entries != end; entries.increment(error)) {
    const bool of_file_system = entries->path().filename() == "lost+found" && entries->is_directory(error);
    // A socket keeps nothing; a server whose store was moved away still has its own there.
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
