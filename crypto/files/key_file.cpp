#include "crypto/files/key_file.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/files/descriptor.hpp"
#include "crypto/files/key_file_access.hpp"
#include "crypto/files/text_file.hpp"
#include "crypto/files/trusted_folder.hpp"
#include "crypto/ids/key_id.hpp"
#include "crypto/primitives/random.hpp"
#include "crypto/text/hex.hpp"

namespace tacit::crypto {
namespace {

std::string limit_text() { return std::to_string(key_file_limit / 1024) + " KiB, the limit for a keyring"; }

KeyringResult<WipedBytes> read_all(const std::filesystem::path& file, int descriptor) {
  WipedBytes content(key_file_limit + 1);
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = read_some(descriptor, content.span().subspan(size));
    if (got < 0) return system_refuses(file, "cannot be read", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > key_file_limit) return refuse(file, "is larger than " + limit_text());
  content.resize(size);
  return content;
}

KeyringResult<Descriptor> open_folder_of(const std::filesystem::path& file) {
  auto folder = open_folder(folder_of(file));
  if (!folder) return refuse(file, "its folder cannot be opened: " + folder.error().why);
  return std::move(*folder);
}

constexpr std::size_t random_size = 8;

std::string temporary_prefix(const std::filesystem::path& file) { return "." + file.filename().string() + "."; }

std::string temporary_beside(const std::filesystem::path& file) {
  std::array<std::uint8_t, random_size> random;
  random_bytes(random);
  return temporary_prefix(file) + to_hex(random);
}

Descriptor make_temporary(const Descriptor& folder, const std::string& name) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  return Descriptor(::openat(folder.get(), name.c_str(), flags, 0600));
}

// They may contain keys.
void remove_left_temporaries(const Descriptor& folder, const std::filesystem::path& file) {
  const std::string prefix = temporary_prefix(file);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path(), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || name.size() != prefix.size() + 2 * random_size) continue;
    if (name.find_first_not_of(hex_digits, prefix.size()) != std::string::npos) continue;
    struct stat status {};
    const bool regular =
        ::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
    if (regular) ::unlinkat(folder.get(), name.c_str(), 0);
  }
}

// A file that this process has open, such as a credential in memory without another name. The kernel shows it as a link
// that no other user can redirect.
bool is_own_descriptor(const std::filesystem::path& file) {
  constexpr std::string_view prefix = "/proc/self/fd/";
  const std::string_view name = file.native();
  return name.starts_with(prefix) && name.size() > prefix.size() &&
         name.find_first_not_of("0123456789", prefix.size()) == std::string_view::npos;
}

// Opens for reading, without waiting (a pipe would) and without following a link. `folder` and `name`: the arguments of
// openat(2).
KeyringResult<Descriptor> open_key_file(const std::filesystem::path& file, int folder, const std::string& name) {
  const int no_link = is_own_descriptor(name) ? 0 : O_NOFOLLOW;
  Descriptor opened(::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | no_link | O_NONBLOCK | O_NOCTTY));
  if (opened) return opened;
  if (errno == ELOOP) return refuse(file, "is a symbolic link; name the file itself");
  return system_refuses(file, "cannot be opened", errno);
}

KeyringResult<void> sync_folder_of(const std::filesystem::path& file, const Descriptor& folder) {
  if (!sync_folder(folder)) return system_refuses(file, "its folder cannot be synced", errno);
  return {};
}

KeyringError is_being_changed(const std::filesystem::path& file) {
  KeyringError error = refuse(file,
                              "is being changed by another process: a tacit key or tacit tenant rekey command has "
                              "locked it; run this command again when that one has ended");
  error.is_locked = true;
  return error;
}

// Whether the name still refers to the open file.
bool is_still(const Descriptor& folder, const std::filesystem::path& file, const Descriptor& descriptor) {
  struct stat named {};
  struct stat opened {};
  return ::fstatat(folder.get(), file.filename().c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         ::fstat(descriptor.get(), &opened) == 0 && named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

}  // namespace

KeyringResult<WipedBytes> read_key_file(const std::filesystem::path& file, mode_t forbidden) {
  const auto opened = open_key_file(file, AT_FDCWD, file.string());
  if (!opened) return opened.error();
  if (auto fit = check_access(file, opened->get(), forbidden); !fit) return fit.error();
  return read_all(file, opened->get());
}

KeyringResult<WipedBytes> read_keyring_file(const std::filesystem::path& file, mode_t forbidden) {
  auto content = read_key_file(file, forbidden);
  if (!content) return content;
  if (const auto fault = make_plain_text(*content)) return refuse(file, *fault);
  return content;
}

NewKeyFile::NewKeyFile(std::filesystem::path file, Descriptor folder, std::string temporary)
    : file_(std::move(file)), folder_(std::move(folder)), temporary_(std::move(temporary)) {}

NewKeyFile::~NewKeyFile() {
  if (folder_ && !temporary_.empty()) ::unlinkat(folder_.get(), temporary_.c_str(), 0);
}

KeyringResult<NewKeyFile> NewKeyFile::write(const std::filesystem::path& file, mode_t mode, ByteView content) {
  auto folder = open_folder_of(file);
  if (!folder) return folder.error();
  const std::string temporary = temporary_beside(file);
  const Descriptor made = make_temporary(*folder, temporary);
  if (!made) return system_refuses(file, "cannot be created in its folder", errno);
  NewKeyFile result(file, std::move(*folder), temporary);
  if (!write_all(made.get(), content)) return system_refuses(file, "cannot be written", errno);
  // The mode comes last, and by fchmod, because the umask does not apply to it.
  if (::fchmod(made.get(), mode) != 0) return system_refuses(file, "its mode cannot be set", errno);
  if (::fsync(made.get()) != 0) return system_refuses(file, "cannot be synced", errno);
  return result;
}

KeyringResult<void> NewKeyFile::publish() {
  // linkat(2), unlike renameat(2), never replaces an existing name.
  if (::linkat(folder_.get(), temporary_.c_str(), folder_.get(), file_.filename().c_str(), 0) != 0) {
    if (errno == EEXIST) return refuse(file_, "exists already and is not overwritten");
    return system_refuses(file_, "its name cannot be set", errno);
  }
  published_ = true;
  ::unlinkat(folder_.get(), temporary_.c_str(), 0);
  temporary_.clear();
  return sync_folder_of(file_, folder_);
}

void NewKeyFile::withdraw() noexcept {
  if (published_) ::unlinkat(folder_.get(), file_.filename().c_str(), 0);
  published_ = false;
}

KeyringResult<KeyFileEdit> KeyFileEdit::open(const std::filesystem::path& file, mode_t forbidden) {
  auto folder = open_folder_of(file);
  if (!folder) return folder.error();
  auto opened = open_key_file(file, folder->get(), file.filename().string());
  if (!opened) return opened.error();
  KeyFileEdit edit(file, std::move(*folder), std::move(*opened));
  const int descriptor = edit.descriptor_.get();
  if (auto fit = check_access(file, descriptor, forbidden); !fit) return fit.error();
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return is_being_changed(file);
    return system_refuses(file, "cannot be locked", errno);
  }
  if (!is_still(edit.folder_, file, edit.descriptor_))
    return refuse(file, "was changed by another process just now; try again");
  remove_left_temporaries(edit.folder_, file);
  auto content = read_all(file, descriptor);
  if (!content) return content.error();
  if (const auto fault = make_plain_text(*content)) return refuse(file, *fault);
  edit.content_ = std::move(*content);
  return edit;
}

KeyringResult<void> KeyFileEdit::replace(ByteView content) {
  if (content.size() > key_file_limit) return refuse(file_, "would be larger than " + limit_text());
  const std::string temporary = temporary_beside(file_);
  const Descriptor made = make_temporary(folder_, temporary);
  if (!made) return system_refuses(file_, "its replacement cannot be created in its folder", errno);
  auto written = [&]() -> KeyringResult<void> {
    if (!write_all(made.get(), content)) {
      return system_refuses(file_, "its replacement cannot be written", errno);
    }
    if (auto owned = copy_access(file_, descriptor_.get(), made.get()); !owned) return owned;
    if (::fsync(made.get()) != 0) return system_refuses(file_, "its replacement cannot be synced", errno);
    if (!is_still(folder_, file_, descriptor_)) return refuse(file_, "was changed by another process during this edit");
    const std::string name = file_.filename().string();
    if (::renameat(folder_.get(), temporary.c_str(), folder_.get(), name.c_str()) == 0) return {};
    return system_refuses(file_, "cannot be replaced", errno);
  }();
  if (!written) {
    ::unlinkat(folder_.get(), temporary.c_str(), 0);
    return written;
  }
  return sync_folder_of(file_, folder_);
}

}  // namespace tacit::crypto
