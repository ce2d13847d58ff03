#include "store/backup/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "crypto/files/trusted_folder.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

namespace fs = std::filesystem;

Failure cannot(const fs::path& file, const char* what, int error) {
  const Errc code = error == ENOSPC || error == EDQUOT ? Errc::full : Errc::unavailable;
  return failed(code, file.string() + ' ' + what + ": " + std::generic_category().message(error));
}

Failure taken(const fs::path& file) {
  return failed(Errc::conflict, file.string() + " exists already and is not overwritten");
}

}  // namespace

WholeFile::WholeFile(fs::path file, crypto::Descriptor folder) : file_(std::move(file)), folder_(std::move(folder)) {}

WholeFile::~WholeFile() {
  if (folder_ && !hidden_.empty()) ::unlinkat(folder_.get(), hidden_.c_str(), 0);
}

Outcome<WholeFile> WholeFile::create(const fs::path& file, mode_t mode) {
  auto folder = crypto::open_folder(crypto::folder_of(file));
  if (!folder) return failed(Errc::unavailable, file.string() + " cannot be created: " + folder.error().why);
  const std::string name = file.filename().string();
  struct stat status {};
  if (name.empty() || ::fstatat(folder->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return taken(file);
  WholeFile made(file, std::move(*folder));
  if (const int error = made.make(); error != 0) return cannot(file, "cannot be created", error);
  // fchmod, because the umask does not apply to it.
  if (::fchmod(made.descriptor(), mode) != 0) return cannot(file, "its mode cannot be set", errno);
  return made;
}

/// Returns errno, or 0.
int WholeFile::make() {
  descriptor_ = crypto::Descriptor(::openat(folder_.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (descriptor_) return 0;
  if (errno != EOPNOTSUPP && errno != EISDIR) return errno;
  const std::string name = "." + file_.filename().string() + "." + crypto::make_uuid_v4().str();
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  descriptor_ = crypto::Descriptor(::openat(folder_.get(), name.c_str(), flags, 0600));
  if (!descriptor_) return errno;
  hidden_ = name;
  return 0;
}

bool WholeFile::write(crypto::ByteView bytes) const { return crypto::write_all(descriptor(), bytes); }

fs::path WholeFile::path() const { return descriptor_.path(); }

Outcome<void> WholeFile::give_to_folder_owner() const {
  struct stat folder {};
  if (::fstat(folder_.get(), &folder) != 0) return cannot(file_, "its owner cannot be set", errno);
  if (::geteuid() != 0 || folder.st_uid == 0) return {};
  if (::fchown(descriptor(), folder.st_uid, folder.st_gid) == 0) return {};
  return cannot(file_, "its owner cannot be set", errno);
}

Outcome<void> WholeFile::publish() {
  if (::fsync(descriptor()) != 0) return cannot(file_, "cannot be synced", errno);
  const std::string open = descriptor_.path();
  const int from = hidden_.empty() ? AT_FDCWD : folder_.get();
  const char* const name = hidden_.empty() ? open.c_str() : hidden_.c_str();
  const int flags = hidden_.empty() ? AT_SYMLINK_FOLLOW : 0;
  if (::linkat(from, name, folder_.get(), file_.filename().c_str(), flags) != 0) {
    if (errno == EEXIST) return taken(file_);
    return cannot(file_, "its name cannot be set", errno);
  }
  crypto::sync_folder(folder_);
  return {};
}

}  // namespace tacit::store
