// Which files are accepted as key files: owner, mode, access control list, kind, size.
#include "crypto/files/key_file.hpp"

#include <fstream>

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;

namespace {

constexpr std::string_view content = "a key, say";

std::filesystem::path make_file(const TemporaryFolder& folder, mode_t mode) {
  const auto file = folder / "file";
  std::filesystem::remove(file);
  std::ofstream(file) << content;
  BOOST_REQUIRE_EQUAL(::chmod(file.c_str(), mode), 0);
  return file;
}

std::string read_error(const std::filesystem::path& file, mode_t forbidden = 0077) {
  const auto read = read_key_file(file, forbidden);
  return read ? "read" : read.error().message;
}

struct AclEntry {
  std::uint8_t tag, bits;
  std::uint32_t id;
};

// False if the file system of the temporary folder has no access control lists.
bool set_acl(const std::filesystem::path& file, std::initializer_list<AclEntry> entries) {
  Bytes list = {2, 0, 0, 0};
  for (const AclEntry& entry : entries) {
    list.insert(list.end(), {entry.tag, 0, entry.bits, 0});
    for (int shift = 0; shift < 32; shift += 8) list.push_back(static_cast<std::uint8_t>(entry.id >> shift));
  }
  return ::setxattr(file.c_str(), "system.posix_acl_access", list.data(), list.size(), 0) == 0;
}

constexpr std::uint32_t nobody = 65534;
constexpr std::uint32_t undefined = 0xffffffff;

}  // namespace

BOOST_AUTO_TEST_SUITE(key_file)

BOOST_AUTO_TEST_CASE(modes) {
  const TemporaryFolder folder;
  for (const mode_t forbidden : {0077u, 0037u, 0022u}) {
    for (mode_t mode = 0400; mode <= 0777; ++mode) {
      const auto file = make_file(folder, mode);
      BOOST_TEST(read_key_file(file, forbidden).has_value() == ((mode & forbidden) == 0), std::oct << mode);
    }
  }
  const auto told = [&](mode_t mode, mode_t forbidden) {
    const auto file = make_file(folder, mode);
    const std::string error = read_error(file, forbidden);
    BOOST_TEST(error.starts_with(file.string() + ": "));
    BOOST_TEST(error.ends_with(" " + file.string()));
    return error.substr(file.string().size() + 2, error.size() - 2 * file.string().size() - 3);
  };
  BOOST_TEST(told(0644, 0077) == "users other than its owner may use it (mode 0644): chmod g=,o=");
  BOOST_TEST(told(0640, 0077) == "its group may use it (mode 0640): chmod g=");
  BOOST_TEST(told(0644, 0037) == "users other than its owner and group may use it (mode 0644): chmod o=");
  BOOST_TEST(told(0664, 0037) == "users other than its owner and group may use it (mode 0664): chmod g-wx,o=");
  BOOST_TEST(told(0660, 0037) == "its group may do more than read it (mode 0660): chmod g-wx");
  BOOST_TEST(told(0646, 0022) ==
             "users other than its owner and group may do more than read it (mode 0646): chmod o-w");
}

// Servers of other users read it, so chmod would stop them.
BOOST_AUTO_TEST_CASE(a_public_keyring_in_the_place_of_a_private_one_is_not_to_be_closed) {
  const TemporaryFolder folder;
  const auto file = folder / "file";
  for (const char* const line : {"\n", "\r\n", "\n0123456789abcdef primary"}) {
    std::filesystem::remove(file);
    std::ofstream(file) << "tacit-keyring 2 root-public" << line;
    BOOST_REQUIRE_EQUAL(::chmod(file.c_str(), 0644), 0);
    const std::string error = read_error(file);
    BOOST_TEST(error.starts_with(file.string() + ": is the root public keyring"), error);
    BOOST_TEST(error.find("chmod") == std::string::npos, error);
    BOOST_TEST(read_error(file, 0022) == "read");
  }
  std::filesystem::remove(file);
  std::ofstream(file) << "tacit-keyring 1 root-private\n";
  BOOST_REQUIRE_EQUAL(::chmod(file.c_str(), 0644), 0);
  BOOST_TEST(read_error(file).find("chmod g=,o=") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(content_and_its_limit) {
  const TemporaryFolder folder;
  const auto file = make_file(folder, 0600);
  BOOST_TEST(read_key_file(file, 0077)->text() == content);
  std::ofstream(file) << std::string(key_file_limit, 'x');
  BOOST_TEST(read_key_file(file, 0077)->size() == key_file_limit);
  std::ofstream(file) << std::string(key_file_limit + 1, 'x');
  BOOST_TEST(read_error(file) == file.string() + ": is larger than 64 KiB, the limit for a keyring");
  std::ofstream(file, std::ios::trunc).flush();
  BOOST_TEST(read_key_file(file, 0077)->empty());
}

BOOST_AUTO_TEST_CASE(only_regular_files) {
  const TemporaryFolder folder;
  const auto file = make_file(folder, 0400);
  std::filesystem::create_symlink(file, folder / "link");
  BOOST_TEST(read_error(folder / "link") == (folder / "link").string() + ": is a symbolic link; name the file itself");
  // A folder on the path may be a link.
  std::filesystem::create_directory_symlink(folder.path(), folder / "folder link");
  BOOST_TEST(read_error(folder / "folder link/file") == "read");
  BOOST_TEST(read_error(folder.path()) == folder.path().string() + ": is a folder, not a keyring file");
  BOOST_REQUIRE_EQUAL(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  BOOST_TEST(read_error(folder / "pipe") == (folder / "pipe").string() + ": is not a regular file");
  BOOST_TEST(read_error("/dev/null") == "/dev/null: is not a regular file");
  BOOST_TEST(read_error(folder / "none") ==
             (folder / "none").string() + ": cannot be opened: No such file or directory");
}

BOOST_AUTO_TEST_CASE(owner) {
  if (::geteuid() != 0) {
    // Without root's rights no file can be given away, so only root's ownership is tested.
    BOOST_TEST(read_error("/etc/hostname", 0022) == "read");
    return;
  }
  const TemporaryFolder folder;
  const auto file = make_file(folder, 0400);
  BOOST_REQUIRE_EQUAL(::chown(file.c_str(), nobody, 0), 0);
  BOOST_TEST(read_error(file) == file.string() + ": belongs to user 65534, not to root or to this process's user 0");
}

// systemd passes a credential to a service's user by an access control list. The group's bits of the mode then show the
// list's mask: 0440 for a file that no group can read.
BOOST_AUTO_TEST_CASE(access_control_lists) {
  const TemporaryFolder folder;
  const auto file = make_file(folder, 0400);
  const std::uint32_t self = ::geteuid();
  if (!set_acl(file, {{1, 4, undefined}, {2, 4, self}, {4, 0, undefined}, {16, 4, undefined}, {32, 0, undefined}})) {
    BOOST_TEST_MESSAGE("the temporary folder's file system has no access control lists");
    return;
  }
  struct stat status {};
  BOOST_REQUIRE_EQUAL(::stat(file.c_str(), &status), 0);
  BOOST_TEST((status.st_mode & 07777) == 0440u);
  BOOST_TEST(read_error(file) == "read");
  const auto refused = [&](std::initializer_list<AclEntry> entries) {
    BOOST_REQUIRE(set_acl(file, entries));
    const std::string error = read_error(file);
    return error.find(": setfacl -b ") != std::string::npos || error.find(": chmod o=") != std::string::npos;
  };
  BOOST_TEST(refused({{1, 4, undefined}, {2, 4, nobody}, {4, 0, undefined}, {16, 4, undefined}, {32, 0, undefined}}));
  BOOST_TEST(refused({{1, 4, undefined}, {4, 0, undefined}, {8, 4, 12}, {16, 4, undefined}, {32, 0, undefined}}));
  BOOST_TEST(refused({{1, 4, undefined}, {2, 4, self}, {4, 4, undefined}, {16, 4, undefined}, {32, 0, undefined}}));
  BOOST_TEST(refused({{1, 4, undefined}, {2, 4, self}, {4, 0, undefined}, {16, 4, undefined}, {32, 4, undefined}}));
}

BOOST_AUTO_TEST_CASE(a_new_file_appears_whole_and_can_be_withdrawn) {
  const TemporaryFolder folder;
  const auto file = folder / "new";
  const auto names = [&] {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) all.push_back(entry.path().filename());
    return all;
  };
  {
    auto written = NewKeyFile::write(file, 0400, as_bytes(content));
    BOOST_REQUIRE(written);
    BOOST_TEST(!std::filesystem::exists(file));
    BOOST_REQUIRE_EQUAL(names().size(), 1u);
    BOOST_TEST(names()[0].starts_with(".new."));
    const NewKeyFile moved(std::move(*written));
    BOOST_TEST(names().size() == 1u);
  }
  BOOST_TEST(names().empty());
  auto written = NewKeyFile::write(file, 0400, as_bytes(content));
  BOOST_TEST(written->publish().has_value());
  BOOST_TEST(names() == std::vector<std::string>{"new"}, boost::test_tools::per_element());
  BOOST_TEST(read_key_file(file, 0377)->text() == content);
  written->withdraw();
  BOOST_TEST(names().empty());
}

BOOST_AUTO_TEST_CASE(an_existing_file_is_not_withdrawn) {
  const TemporaryFolder folder;
  const auto file = make_file(folder, 0400);
  auto written = NewKeyFile::write(file, 0400, as_bytes("other"));
  BOOST_REQUIRE(written);
  BOOST_TEST(!written->publish());
  written->withdraw();
  BOOST_TEST(read_key_file(file, 0077)->text() == content);
}

BOOST_AUTO_TEST_SUITE_END()
