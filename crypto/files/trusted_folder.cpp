#include "crypto/files/trusted_folder.hpp"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace tacit::crypto {
namespace {

constexpr int most_links = 40;  // the kernel's limit
constexpr int as_handle = O_PATH | O_NOFOLLOW | O_CLOEXEC;

bool is_trusted(uid_t user) { return user == 0 || user == ::geteuid(); }

FolderFault fault(int error) { return {std::generic_category().message(error), error}; }

Descriptor open_start(const std::string& path) {
  return Descriptor(::open(path.starts_with('/') ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/// Removes the first name from the path. Empty at its end.
std::string take_name(std::string& path) {
  const std::size_t begin = path.find_first_not_of('/');
  if (begin == std::string::npos) return {};
  const std::size_t end = std::min(path.find('/', begin), path.size());
  std::string name = path.substr(begin, end - begin);
  path.erase(0, end);
  return name;
}

/// Whether no other user can have created the link.
bool may_follow(const Descriptor& folder, const struct stat& link) {
  struct stat status {};
  if (::fstat(folder.get(), &status) != 0) return false;
  if (!others_may_change(status)) return true;
  return (status.st_mode & S_ISVTX) != 0 && is_trusted(status.st_uid) && is_trusted(link.st_uid);
}

/// The link's target, if it may be followed.
boost::system::result<std::string, FolderFault> read_link(const Descriptor& folder, const std::string& name) {
  const Descriptor link(::openat(folder.get(), name.c_str(), as_handle));
  struct stat status {};
  if (!link || ::fstat(link.get(), &status) != 0) return fault(errno);
  if (!S_ISLNK(status.st_mode)) return fault(ENOTDIR);
  if (!may_follow(folder, status)) {
    return FolderFault{
        "the symbolic link " + name +
            " in its path is not followed: users other than root and this process's user may have created it",
        ELOOP};
  }
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlinkat(link.get(), "", target.data(), target.size());
  if (size <= 0) return fault(size == 0 ? ENOENT : errno);
  return {boost::system::in_place_value, target.data(), static_cast<std::size_t>(size)};
}

}  // namespace

bool others_may_change(const struct stat& folder) {
  if (!is_trusted(folder.st_uid) || (folder.st_mode & S_IWOTH) != 0) return true;
  // Trusts root's group, and this process's own group on a folder of its user.
  const bool own_group = folder.st_gid == 0 || (folder.st_uid == ::geteuid() && folder.st_gid == ::getegid());
  return (folder.st_mode & S_IWGRP) != 0 && !own_group;
}

boost::system::result<Descriptor, FolderFault> open_folder(const std::filesystem::path& folder) {
  std::string rest = folder.string();
  if (rest.empty()) return fault(ENOENT);
  Descriptor at = open_start(rest);
  for (int links = 0;;) {
    if (!at) return fault(errno);
    const std::string name = take_name(rest);
    if (name.empty()) return at;
    // O_DIRECTORY: without it the kernel does not trigger automounts.
    Descriptor next(::openat(at.get(), name.c_str(), as_handle | O_DIRECTORY));
    if (next) {
      at = std::move(next);
      continue;
    }
    if (errno != ENOTDIR && errno != ELOOP) return fault(errno);
    const auto target = read_link(at, name);
    if (!target) return target.error();
    if (++links > most_links) return fault(ELOOP);
    rest.insert(0, 1, '/').insert(0, *target);
    if (rest.starts_with('/')) at = open_start(rest);
  }
}

boost::system::result<FoundFile, FolderFault> find_file(const std::filesystem::path& file) {
  std::filesystem::path path = file;
  for (int links = 0; links <= most_links; ++links) {
    auto folder = open_folder(folder_of(path));
    if (!folder) return folder.error();
    const std::string name = path.filename().string();
    struct stat status {};
    const bool there = ::fstatat(folder->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (!there || !S_ISLNK(status.st_mode)) return FoundFile{std::move(*folder), name};
    const auto target = read_link(*folder, name);
    if (!target) return target.error();
    path = folder_of(path) / *target;  // an absolute target replaces the folder
  }
  return fault(ELOOP);
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

bool sync_folder(const Descriptor& folder) {
  // An O_PATH descriptor cannot be synced.
  const Descriptor open(::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return open && ::fsync(open.get()) == 0;
}

}  // namespace tacit::crypto
