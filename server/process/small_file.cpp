#include "server/process/small_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "crypto/files/descriptor.hpp"
#include "crypto/files/trusted_folder.hpp"
#include "crypto/ids/uuid.hpp"
#include "crypto/memory/bytes.hpp"

namespace tacit::server {
namespace {

namespace fs = std::filesystem;
using crypto::Descriptor;

std::error_code last_error() { return {errno, std::generic_category()}; }

std::error_code write_new(const Descriptor& folder, const std::string& name, std::string_view text, mode_t mode) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const Descriptor descriptor(::openat(folder.get(), name.c_str(), flags, 0600));
  if (descriptor.get() < 0) return last_error();
  if (!crypto::write_all(descriptor.get(), crypto::as_bytes(text))) return last_error();
  // fchmod, because the umask would restrict the mode of open.
  if (::fchmod(descriptor.get(), mode) != 0 || ::fsync(descriptor.get()) != 0) return last_error();
  return {};
}

}  // namespace

std::string read_small_file(const fs::path& file, std::error_code& error) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (descriptor.get() < 0 || ::fstat(descriptor.get(), &status) != 0) {
    error = last_error();
    return {};
  }
  if (!S_ISREG(status.st_mode)) {
    error = std::make_error_code(std::errc::invalid_argument);
    return {};
  }
  std::string text(most_small_file_bytes, '\0');
  const ssize_t got = ::read(descriptor.get(), text.data(), text.size());
  error = got < 0 ? last_error() : std::error_code();
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::error_code replace_small_file(const fs::path& file, std::string_view text, mode_t mode) {
  const auto folder = crypto::open_folder(crypto::folder_of(file));
  if (!folder) return {folder.error().error, std::generic_category()};
  const std::string name = file.filename().string();
  const std::string made = "." + name + "." + crypto::make_uuid_v4().str();
  std::error_code error = write_new(*folder, made, text, mode);
  if (!error && ::renameat(folder->get(), made.c_str(), folder->get(), name.c_str()) != 0) error = last_error();
  if (error) {
    ::unlinkat(folder->get(), made.c_str(), 0);
  } else {
    crypto::sync_folder(*folder);
  }
  return error;
}

}  // namespace tacit::server
