#include "store/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "store/failures.hpp"
#include "store/folder.hpp"

namespace tacit::store {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

Failure cannot(const fs::path& file, const char* what, int error) {
  const Errc code = error == ENOSPC || error == EDQUOT ? Errc::full : Errc::unavailable;
  return failed(code, file.string() + ' ' + what + ": " + std::generic_category().message(error));
}

Failure taken(const fs::path& file) {
  return failed(Errc::conflict, file.string() + " exists already and is not overwritten");
}

}  // namespace

bool write_all(int descriptor, crypto::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

WholeFile::WholeFile(fs::path file, int descriptor, fs::path hidden)
    : file_(std::move(file)), descriptor_(descriptor), hidden_(std::move(hidden)) {}

WholeFile::WholeFile(WholeFile&& other) noexcept
    : file_(std::move(other.file_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      hidden_(std::exchange(other.hidden_, {})) {}

WholeFile::~WholeFile() {
  if (!hidden_.empty()) ::unlink(hidden_.c_str());
  if (descriptor_ >= 0) ::close(descriptor_);
}

Outcome<WholeFile> WholeFile::create(const fs::path& file, mode_t mode) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(file, error))) return taken(file);
  fs::path hidden;
  int descriptor = ::open(folder_of(file).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
    hidden = folder_of(file) / ("." + file.filename().string() + "." + crypto::make_uuid_v4().str());
    descriptor = ::open(hidden.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0) hidden.clear();
  }
  if (descriptor < 0) return cannot(file, "cannot be made", errno);
  WholeFile made(file, descriptor, std::move(hidden));
  // From fchmod, which the umask does not narrow.
  if (::fchmod(descriptor, mode) != 0) return cannot(file, "cannot be given its mode", errno);
  return made;
}

bool WholeFile::write(crypto::ByteView bytes) const { return write_all(descriptor_, bytes); }

fs::path WholeFile::path() const {
  return hidden_.empty() ? fs::path("/proc/self/fd/" + std::to_string(descriptor_)) : hidden_;
}

Outcome<void> WholeFile::publish() {
  if (::fsync(descriptor_) != 0) return cannot(file_, "cannot be synced", errno);
  if (::linkat(AT_FDCWD, path().c_str(), AT_FDCWD, file_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    if (errno == EEXIST) return taken(file_);
    return cannot(file_, "cannot be given its name", errno);
  }
  sync_folder(folder_of(file_));
  return {};
}

}  // namespace tacit::store
