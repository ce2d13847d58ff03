// Which folders and links on a path are trusted.
#include "crypto/files/trusted_folder.hpp"

#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace tacit::crypto::test;
namespace fs = std::filesystem;

namespace {

int error_of(const fs::path& folder) {
  const auto opened = open_folder(folder);
  return opened ? 0 : opened.error().error;
}

bool same(const fs::path& path, const Descriptor& opened) {
  struct stat named {};
  struct stat open {};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(opened.get(), &open) == 0 && named.st_dev == open.st_dev &&
         named.st_ino == open.st_ino;
}

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) { return ::geteuid() == 0; }

}  // namespace

BOOST_AUTO_TEST_SUITE(trusted_folder)

BOOST_AUTO_TEST_CASE(a_path_leads_where_the_kernel_says) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "a/b");
  fs::create_directory_symlink("a", folder / "relative");
  fs::create_directory_symlink(folder / "a", folder / "absolute");
  fs::create_directory_symlink("relative/b/../b", folder / "chain");
  const std::string base = folder.path().string();
  for (const char* const path :
       {"/a/b", "//a///b/", "/a/./b/.", "/a/b/../b", "/relative/b", "/absolute/b/", "/chain"}) {
    const auto opened = open_folder(base + path);
    BOOST_REQUIRE_MESSAGE(opened.has_value(), path);
    BOOST_TEST(same(folder / "a/b", *opened), path);
  }
  BOOST_TEST(same("/", *open_folder("/")));
  BOOST_TEST(same(".", *open_folder(".")));
  BOOST_TEST(sync_folder(*open_folder(folder.path())));
}

BOOST_AUTO_TEST_CASE(a_path_other_than_a_folder_is_reported) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  fs::create_symlink("file", folder / "link");
  fs::create_symlink("loop", folder / "loop");
  BOOST_TEST(error_of("") == ENOENT);
  BOOST_TEST(error_of(folder / "nothing") == ENOENT);
  BOOST_TEST(error_of(folder / "nothing/below") == ENOENT);
  BOOST_TEST(error_of(folder / "file") == ENOTDIR);
  BOOST_TEST(error_of(folder / "file/below") == ENOTDIR);
  BOOST_TEST(error_of(folder / "link") == ENOTDIR);
  BOOST_TEST(error_of(folder / "loop") == ELOOP);
}

BOOST_AUTO_TEST_CASE(links_of_other_users_are_not_followed, *boost::unit_test::precondition(is_root)) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "shared/inside");
  fs::create_directory(folder / "target");
  const fs::path link = folder / "shared/inside/link";
  fs::create_directory_symlink(folder / "target", link);
  BOOST_TEST(error_of(link) == 0);
  BOOST_REQUIRE(::chmod((folder / "shared/inside").c_str(), 0775) == 0);
  BOOST_TEST(error_of(link) == 0);  // root's own group
  BOOST_REQUIRE(::chown((folder / "shared/inside").c_str(), 0, 12345) == 0);
  BOOST_TEST(error_of(link) == ELOOP);
  BOOST_REQUIRE(::chmod((folder / "shared/inside").c_str(), 01775) == 0);
  BOOST_TEST(error_of(link) == 0);
  BOOST_REQUIRE(::lchown(link.c_str(), 65534, 0) == 0);
  BOOST_TEST(error_of(link) == ELOOP);
}

BOOST_AUTO_TEST_CASE(a_file_is_found_by_its_folder_and_its_name) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "a");
  std::ofstream(folder / "a/file") << "x";
  fs::create_symlink("a/file", folder / "link");
  fs::create_symlink(folder / "link", folder / "again");
  fs::create_symlink("loop", folder / "loop");
  for (const char* const path : {"a/file", "link", "again"}) {
    const auto found = find_file(folder / path);
    BOOST_REQUIRE_MESSAGE(found.has_value(), path);
    BOOST_TEST(same(folder / "a", found->folder), path);
    BOOST_TEST(found->name == "file");
  }
  BOOST_TEST(find_file(folder / "new")->name == "new");
  BOOST_TEST(find_file("new")->name == "new");
  BOOST_TEST(!find_file(folder / "loop"));
  BOOST_TEST(!find_file(folder / "nothing/new"));
}

BOOST_AUTO_TEST_CASE(a_link_of_another_user_in_place_of_a_file_is_not_followed,
                     *boost::unit_test::precondition(is_root)) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "log");
  std::ofstream(folder / "victim") << "x";
  fs::create_symlink(folder / "victim", folder / "log/file");
  BOOST_TEST(find_file(folder / "log/file")->name == "victim");
  BOOST_REQUIRE(::chown((folder / "log").c_str(), 65534, 0) == 0);
  BOOST_REQUIRE(!find_file(folder / "log/file"));
  BOOST_TEST(find_file(folder / "log/file").error().error == ELOOP);
  BOOST_TEST(find_file(folder / "log/other")->name == "other");
}

BOOST_AUTO_TEST_SUITE_END()
