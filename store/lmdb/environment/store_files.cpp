#include "store/lmdb/environment/store_files.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "crypto/files/trusted_folder.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

namespace fs = std::filesystem;
using crypto::Descriptor;

constexpr const char* data_name = "data.mdb";
constexpr const char* lock_name = "lock.mdb";

std::string why(int error) { return std::generic_category().message(error); }

struct stat status_of(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return {};
  return status;
}

bool same(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// The user's number, with its name if it has one.
std::string user_text(uid_t user) {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  std::string text = std::to_string(user);
  if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return text;
  return text.append(" (").append(entry.pw_name).append(")");
}

/// The fault of a file that belongs to `user`, in a folder that belongs to `owner`.
std::string strangers(const std::string& which, uid_t user, uid_t owner) {
  std::string fault = "belongs to the user " + user_text(user) + ", which can replace it; the expected owner is root";
  fault += owner == 0 ? ", which owns the folder" : ", or the folder's owner, " + user_text(owner);
  if (const uid_t self = ::geteuid(); self != 0 && self != owner) {
    fault += ", or this process's user, " + user_text(self);
  }
  return fault += ": as root, chown -h " + (owner == 0 ? "root" : std::to_string(owner)) + ' ' + which;
}

/// Why the file at that path must not be used; std::nullopt if it may be.
std::optional<std::string> fault_of(const std::string& which, const struct stat& file, const struct stat& folder) {
  if (S_ISLNK(file.st_mode)) return "is a symbolic link, which is not followed: replace the link by the file";
  if (!S_ISREG(file.st_mode)) return "is not a regular file";
  if (file.st_nlink != 1) {
    return "has " + std::to_string(file.st_nlink) + " names (hard links): it must have only one";
  }
  if (file.st_uid == 0 || file.st_uid == folder.st_uid || file.st_uid == ::geteuid()) return std::nullopt;
  return strangers(which, file.st_uid, folder.st_uid);
}

/// The kernel's path of the folder.
std::string path_of(const Descriptor& folder, const fs::path& given) {
  std::error_code error;
  const fs::path path = fs::read_symlink(folder.path(), error);
  return error ? given.string() : path.string();
}

/// A private folder, with data.mdb and lock.mdb in it that lead to the open files.
class OwnFolder {
 public:
  OwnFolder(const Descriptor& data, const Descriptor& lock) {
    for (const char* const place : {"/tmp", "/dev/shm", "/run"}) {
      if (make_in(place) && show(data, data_name) && show(lock, lock_name)) return;
      remove();
    }
  }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;
  ~OwnFolder() { remove(); }

  explicit operator bool() const { return static_cast<bool>(folder_); }
  std::string path() const { return folder_.path(); }

 private:
  bool make_in(const std::string& place) {
    std::string name = place + "/tacit-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) return false;
    name_ = std::move(name);
    folder_ = Descriptor(::open(name_.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const struct stat status = status_of(folder_.get());
    return folder_ && status.st_uid == ::geteuid() && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  }
  /// Whether the name leads to the file: a file system may be mounted so that links do not work.
  bool show(const Descriptor& file, const char* name) const {
    if (::symlinkat(file.path().c_str(), folder_.get(), name) != 0) return false;
    const Descriptor found(::openat(folder_.get(), name, O_PATH | O_CLOEXEC));
    return found && same(status_of(found.get()), status_of(file.get()));
  }
  void remove() {
    if (folder_) {
      ::unlinkat(folder_.get(), data_name, 0);
      ::unlinkat(folder_.get(), lock_name, 0);
    }
    if (!name_.empty()) ::rmdir(name_.c_str());
    folder_ = Descriptor();
    name_.clear();
  }

  std::string name_;
  Descriptor folder_;
};

}  // namespace

Outcome<StoreFiles> StoreFiles::open_in(const fs::path& folder) {
  auto opened = crypto::open_folder(folder);
  if (opened) {
    std::string path = path_of(*opened, folder);
    return StoreFiles(std::move(*opened), std::move(path));
  }
  const bool none = opened.error().error == ENOENT || opened.error().error == ENOTDIR;
  if (none) return failed(Errc::not_found, "there is no store in " + folder.string());
  return failed(Errc::unavailable, "cannot open the store in " + folder.string() + ": " + opened.error().why);
}

Outcome<StoreFiles> StoreFiles::open(const fs::path& folder) {
  auto files = open_in(folder);
  if (!files) return files;
  if (auto failure = files->take(data_name, files->data_)) {
    if (failure->code == Errc::not_found) failure->subject = "there is no store in " + folder.string();
    return *failure;
  }
  if (auto failure = files->make_lock()) return *failure;
  return files;
}

Outcome<StoreFiles> StoreFiles::make(const fs::path& folder) {
  auto files = open_in(folder);
  if (!files) return files;
  if (auto failure = files->make_data()) return *failure;
  if (auto failure = files->make_lock()) return *failure;
  return files;
}

/// Fails with `not_found` if the name does not exist.
std::optional<Failure> StoreFiles::take(const char* name, Descriptor& file) const {
  const std::string which = path_ + '/' + name;
  Descriptor found(::openat(folder_.get(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!found) return failed(errno == ENOENT ? Errc::not_found : Errc::unavailable, which + ": " + why(errno));
  if (const auto fault = fault_of(which, status_of(found.get()), status_of(folder_.get()))) {
    return failed(Errc::unavailable, which + ' ' + *fault);
  }
  file = std::move(found);
  return std::nullopt;
}

std::optional<Failure> StoreFiles::make_data() {
  const Descriptor made(
      ::openat(folder_.get(), data_name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, store_file_mode));
  if (!made && errno != EEXIST) return failed(Errc::unavailable, path_ + "/data.mdb cannot be created: " + why(errno));
  const struct stat folder = status_of(folder_.get());
  if (made && ::geteuid() == 0 && folder.st_uid != 0 && ::fchown(made.get(), folder.st_uid, folder.st_gid) != 0) {
    return failed(Errc::unavailable, path_ + "/data.mdb cannot be given to the folder's owner: " + why(errno));
  }
  return take(data_name, data_);
}

/// Gives lock.mdb the owner of data.mdb. Otherwise the user who created it, a member of the group, could replace it
/// later.
std::optional<Failure> StoreFiles::make_lock() {
  auto failure = take(lock_name, lock_);
  if (!failure || failure->code != Errc::not_found) return failure;
  const struct stat data = status_of(data_.get());
  const uid_t user = ::geteuid();
  if (user != 0 && user != data.st_uid && user != status_of(folder_.get()).st_uid) {
    return failed(Errc::unavailable, path_ +
                                         "/lock.mdb is missing, and this process's user could replace one that this "
                                         "process creates: run a command on the store as root, such as tacit stats");
  }
  const Descriptor made(
      ::openat(folder_.get(), lock_name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, store_file_mode));
  if (!made && errno != EEXIST) return failed(Errc::unavailable, path_ + "/lock.mdb cannot be created: " + why(errno));
  if (made && user == 0) {
    const bool given =
        ::fchown(made.get(), data.st_uid, data.st_gid) == 0 && ::fchmod(made.get(), data.st_mode & 0666) == 0;
    if (!given) return failed(Errc::unavailable, path_ + "/lock.mdb cannot be given its owner: " + why(errno));
  }
  return take(lock_name, lock_);
}

FileOwner StoreFiles::owner() const {
  const struct stat status = status_of(data_.get());
  const bool by_group = (status.st_mode & S_IWGRP) != 0 && status.st_gid != 0;
  return {status.st_uid, status.st_gid, by_group || (status.st_mode & S_IWOTH) != 0};
}

bool StoreFiles::is_new() const { return status_of(data_.get()).st_size == 0; }

bool StoreFiles::is_data(int descriptor) const { return same(status_of(descriptor), status_of(data_.get())); }

/// Whether another user can replace a checked file by another one.
bool StoreFiles::may_be_replaced() const {
  const struct stat folder = status_of(folder_.get());
  if (!crypto::others_may_change(folder)) return false;
  const auto trusted = [](uid_t user) { return user == 0 || user == ::geteuid(); };
  const bool sticky = (folder.st_mode & S_ISVTX) != 0 && trusted(folder.st_uid);
  return !sticky || !trusted(status_of(data_.get()).st_uid) || !trusted(status_of(lock_.get()).st_uid);
}

Outcome<int> StoreFiles::show_to(const std::function<int(const std::string& folder)>& open) const {
  const OwnFolder own(data_, lock_);
  if (own) return open(own.path());
  if (may_be_replaced()) {
    return failed(
        Errc::unavailable,
        "cannot open the store in " + path_ +
            ": other users can replace its files while it is being opened, and this process cannot create a "
            "private folder in /tmp, /dev/shm or /run: make the store's folder sticky (chmod +t) and give its "
            "files to root");
  }
  return open(path_);
}

}  // namespace tacit::store
