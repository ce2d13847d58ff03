#include "server/config/config_drop_ins.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "crypto/files/bounded_file.hpp"

namespace tacit::server {
namespace {

namespace fs = std::filesystem;

bool is_drop_in(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.front() != '.' && name.ends_with(".conf");
}

// std::filesystem::equivalent does not compare devices.
bool is_null_device(const fs::path& file) {
  struct stat status {};
  struct stat null {};
  return ::stat(file.c_str(), &status) == 0 && ::stat("/dev/null", &null) == 0 && S_ISCHR(status.st_mode) &&
         status.st_rdev == null.st_rdev;
}

void take(const fs::path& file, DropIns& found) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::regular) {
    found.files.push_back(file);
  } else if (status.type() == fs::file_type::not_found) {
    found.problems.push_back(file.string() + ": is a link to a file that does not exist");
  } else if (error) {
    found.problems.push_back(crypto::unreadable_file(file, error.value()));
  } else if (!is_null_device(file)) {
    found.problems.push_back(crypto::irregular_file(file, fs::is_directory(status)));
  }
}

}  // namespace

DropIns find_drop_ins(const fs::path& file) {
  DropIns found;
  const fs::path directory = file.string() + ".d";
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  if (error == std::errc::no_such_file_or_directory) {
    // A dangling link is an error, because an operator relies on its target.
    if (!fs::is_symlink(fs::symlink_status(directory, error))) return found;
    found.problems.push_back(directory.string() + ": is a link to a directory that does not exist");
    return found;
  }
  if (error) {
    found.problems.push_back(crypto::unreadable_file(directory, error.value()));
    return found;
  }
  std::vector<fs::path> files;
  while (!error && entry != fs::directory_iterator()) {
    if (is_drop_in(entry->path())) files.push_back(entry->path());
    entry.increment(error);
  }
  if (error) found.problems.push_back(crypto::unreadable_file(directory, error.value()));
  std::ranges::sort(files, {}, [](const fs::path& path) { return path.filename().string(); });
  for (const fs::path& path : files) take(path, found);
  return found;
}

}  // namespace tacit::server
