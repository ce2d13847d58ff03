#include "test/small_file_system.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace tacit::test {
namespace {

namespace fs = std::filesystem;

bool in_namespace_of_its_own() {
  static const bool done = ::geteuid() == 0 && ::unshare(CLONE_NEWNS) == 0 &&
                           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  return done;
}

bool succeeds(const std::string& command) {
  const int status = std::system((command + " >/dev/null 2>&1").c_str());
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool mount_ext4(const fs::path& folder, const fs::path& at, unsigned mebibytes) {
  const std::string image = (folder / "disk.ext4").string();
  const std::string find = "PATH=$PATH:/usr/sbin:/sbin; ";
  return succeeds(find + "truncate -s " + std::to_string(mebibytes) + "M " + image + " && mkfs.ext4 -q -F -m 0 " +
                  image + " && mount -o loop " + image + " " + at.string());
}

}  // namespace

boost::test_tools::assertion_result SmallFileSystem::memory_mounts(boost::unit_test::test_unit_id) {
  static const auto result = can_mount(Kind::memory);
  return result;
}

boost::test_tools::assertion_result SmallFileSystem::ext4_mounts(boost::unit_test::test_unit_id) {
  static const auto result = can_mount(Kind::ext4);
  return result;
}

boost::test_tools::assertion_result SmallFileSystem::can_mount(Kind kind) {
  std::string folder = (fs::temp_directory_path() / "tacit-mount-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
  boost::test_tools::assertion_result result(true);
  try {
    mount(folder, kind, 32);
  } catch (const std::runtime_error& error) {
    result = false;
    result.message() << error.what();
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return result;
}

SmallFileSystem SmallFileSystem::mount(const fs::path& folder, Kind kind, unsigned mebibytes) {
  if (!in_namespace_of_its_own()) throw std::runtime_error("only root can mount a small file system");
  const fs::path at = folder / "disk";
  fs::create_directory(at);
  const std::string size = "size=" + std::to_string(mebibytes) + "m";
  const bool mounted = kind == Kind::memory ? ::mount("tmpfs", at.c_str(), "tmpfs", 0, size.c_str()) == 0
                                            : mount_ext4(folder, at, mebibytes);
  if (mounted) return SmallFileSystem(at);
  throw std::runtime_error(std::string("a small file system cannot be mounted here: ") + std::strerror(errno));
}

SmallFileSystem::SmallFileSystem(SmallFileSystem&& other) noexcept : path_(std::exchange(other.path_, {})) {}

SmallFileSystem::~SmallFileSystem() {
  if (!path_.empty()) ::umount2(path_.c_str(), MNT_DETACH);
}

void SmallFileSystem::fill_up(std::uint64_t bytes_left) {
  const std::uint64_t available = fs::space(path_).available;
  if (available <= bytes_left) return;
  const int file = ::open((path_ / "filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const off_t taken = ::lseek(file, 0, SEEK_END);
  const int code = ::posix_fallocate(file, taken, static_cast<off_t>(available - bytes_left));
  ::close(file);
  // ext4 needs some of the last blocks for itself; the file keeps the blocks that it got.
  if (code != 0 && code != ENOSPC) throw std::runtime_error("the file system cannot be filled up");
}

void SmallFileSystem::make_room() { fs::remove(path_ / "filler"); }

}  // namespace tacit::test
