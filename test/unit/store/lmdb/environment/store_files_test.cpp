// The store's files are regular files of the right user, and links of other users are not followed.
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "crypto/files/descriptor.hpp"
#include "store/lmdb/environment/store_files.hpp"
#include "store/model/damage.hpp"
#include "test/says.hpp"
#include "test/temporary_folder.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

/// A folder with both files, and a file elsewhere that must not be written through them.
struct Folder {
  Folder() {
    fs::create_directory(store);
    write(data, "data");
    write(lock, "lock");
    write(victim, "victim");
  }
  std::string fault() const {
    const auto files = StoreFiles::open(store);
    return files ? std::string() : files.error().subject;
  }

  TemporaryFolder folder = TemporaryFolder::in_memory();
  const fs::path store = folder.path() / "store";
  const fs::path data = store / "data.mdb";
  const fs::path lock = store / "lock.mdb";
  const fs::path victim = folder.path() / "victim";
};

using tacit::test::says;

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) { return ::geteuid() == 0; }

}  // namespace

BOOST_AUTO_TEST_SUITE(store_files)

BOOST_AUTO_TEST_CASE(only_regular_files_with_one_name_are_opened) {
  for (const char* const name : {"data.mdb", "lock.mdb"}) {
    const Folder folder;
    const fs::path file = folder.store / name;
    BOOST_TEST(folder.fault().empty());
    fs::remove(file);
    fs::create_symlink(folder.victim, file);
    BOOST_TEST(says(folder.fault(), file.string() + " is a symbolic link"));
    fs::remove(file);
    fs::create_symlink("nowhere", file);
    BOOST_TEST(says(folder.fault(), "is a symbolic link"));
    fs::remove(file);
    fs::create_hard_link(folder.victim, file);
    BOOST_TEST(says(folder.fault(), "has 2 names"));
    fs::remove(file);
    fs::create_directory(file);
    BOOST_TEST(says(folder.fault(), "is not a regular file"));
    fs::remove(file);
    BOOST_REQUIRE(::mkfifo(file.c_str(), 0600) == 0);  // no process opens its other end
    BOOST_TEST(says(folder.fault(), "is not a regular file"));
    BOOST_TEST(tacit::test::content_of(folder.victim) == "victim");
  }
}

BOOST_AUTO_TEST_CASE(a_device_is_refused_unopened, *boost::unit_test::precondition(is_root)) {
  const Folder folder;
  fs::remove(folder.lock);
  if (::mknod(folder.lock.c_str(), S_IFCHR | 0600, 0x0103) != 0) return;  // not possible in every container
  BOOST_TEST(says(folder.fault(), "is not a regular file"));
}

BOOST_AUTO_TEST_CASE(files_of_other_users_are_refused, *boost::unit_test::precondition(is_root)) {
  for (const char* const name : {"data.mdb", "lock.mdb"}) {
    const Folder folder;
    const fs::path file = folder.store / name;
    BOOST_REQUIRE(::chown(file.c_str(), 65534, 0) == 0);
    BOOST_TEST(says(folder.fault(), file.string() + " belongs to the user 65534"));
    BOOST_TEST(says(folder.fault(),
                    "the expected owner is root, which owns the folder: as root, chown -h root " + file.string()));
    BOOST_REQUIRE(::chown(folder.store.c_str(), 12345, 0) == 0);
    BOOST_TEST(says(folder.fault(), "expected owner is root, or the folder's owner, 12345: as root, chown -h 12345"));
    // The folder's owner may own the files in it.
    BOOST_REQUIRE(::chown(folder.store.c_str(), 65534, 0) == 0);
    BOOST_TEST(folder.fault().empty());
  }
}

BOOST_AUTO_TEST_CASE(an_empty_data_file_stays_empty) {
  const Folder folder;
  write(folder.data, "");
  StoreOptions options;
  options.directory = folder.store;
  BOOST_CHECK_THROW(static_cast<void>(Store::open(options, all_keys())), DamagedStore);
  BOOST_TEST(fs::file_size(folder.data) == 0U);
}

BOOST_AUTO_TEST_CASE(missing_files_are_created_only_for_a_new_store) {
  const Folder folder;
  fs::remove(folder.data);
  fs::remove(folder.lock);
  BOOST_TEST(says(folder.fault(), "there is no store in"));
  BOOST_TEST(!fs::exists(folder.lock));
  const auto made = StoreFiles::make(folder.store);
  BOOST_REQUIRE(made);
  BOOST_TEST(made->is_new());
  BOOST_TEST(fs::exists(folder.lock));
  BOOST_TEST(fs::exists(folder.data));
  fs::remove(folder.lock);
  write(folder.data, "data");
  BOOST_TEST(folder.fault().empty());
  BOOST_TEST(fs::exists(folder.lock));
}

BOOST_AUTO_TEST_CASE(files_in_a_folder_of_another_user_belong_to_that_user, *boost::unit_test::precondition(is_root)) {
  const Folder folder;
  fs::remove(folder.data);
  fs::remove(folder.lock);
  BOOST_REQUIRE(::chown(folder.store.c_str(), 65534, 12345) == 0);
  BOOST_REQUIRE(StoreFiles::make(folder.store));
  for (const fs::path& file : {folder.data, folder.lock}) {
    struct stat status {};
    BOOST_REQUIRE(::stat(file.c_str(), &status) == 0);
    BOOST_TEST(status.st_uid == 65534U);
    BOOST_TEST(status.st_gid == 12345U);
  }
}

BOOST_AUTO_TEST_CASE(a_file_replaced_after_the_check_is_not_opened) {
  const Folder folder;
  const auto files = StoreFiles::open(folder.store);
  BOOST_REQUIRE(files);
  for (const fs::path& file : {folder.data, folder.lock}) {
    fs::rename(file, file.string() + ".aside");
    fs::create_symlink(folder.victim, file);
  }
  std::string shown;
  const auto opened = files->show_to([&](const std::string& path) {
    shown = path;
    BOOST_TEST(tacit::test::content_of(path + "/data.mdb") == "data");
    BOOST_TEST(tacit::test::content_of(path + "/lock.mdb") == "lock");
    const tacit::crypto::Descriptor data(::open((path + "/data.mdb").c_str(), O_RDWR | O_CREAT, 0600));
    BOOST_TEST(files->is_data(data.get()));
    std::ofstream(path + "/lock.mdb", std::ios::trunc) << "written";
    return 7;
  });
  BOOST_REQUIRE(opened);
  BOOST_TEST(*opened == 7);
  BOOST_TEST(tacit::test::content_of(folder.victim) == "victim");
  BOOST_TEST(tacit::test::content_of(folder.lock.string() + ".aside") == "written");
  BOOST_TEST(!fs::exists(shown + "/data.mdb"));  // it was private to this process, for that moment
}

BOOST_AUTO_TEST_CASE(the_folder_itself_may_be_a_link_of_its_user) {
  const Folder folder;
  fs::create_directory_symlink(folder.store, folder.folder.path() / "link");
  const auto files = StoreFiles::open(folder.folder.path() / "link");
  BOOST_REQUIRE(files);
  BOOST_TEST(files->path() == fs::canonical(folder.store).string());
}

BOOST_AUTO_TEST_CASE(a_link_of_another_user_is_not_followed, *boost::unit_test::precondition(is_root)) {
  const Folder folder;
  const fs::path shared = folder.folder.path() / "shared";
  fs::create_directory(shared);
  fs::create_directory_symlink(folder.store, shared / "link");
  const auto why = [&] {
    const auto files = StoreFiles::open(shared / "link");
    return files ? std::string() : files.error().subject;
  };
  BOOST_TEST(why().empty());
  BOOST_REQUIRE(::chmod(shared.c_str(), 0777) == 0);
  BOOST_TEST(says(why(), "the symbolic link link in its path is not followed"));
  BOOST_REQUIRE(::chmod(shared.c_str(), 01777) == 0);
  BOOST_TEST(why().empty());  // no other user can replace it
  BOOST_REQUIRE(::lchown((shared / "link").c_str(), 65534, 0) == 0);
  BOOST_TEST(says(why(), "is not followed"));
  BOOST_REQUIRE(::chmod(shared.c_str(), 0755) == 0);
  BOOST_TEST(why().empty());
  BOOST_REQUIRE(::chown(shared.c_str(), 65534, 0) == 0);
  BOOST_TEST(says(why(), "is not followed"));
  // Opened without the link, the folder works.
  BOOST_TEST(folder.fault().empty());
}

BOOST_AUTO_TEST_CASE(a_process_gives_up_root_before_lmdb_opens_files) {
  StoreFixture fixture;
  const StoreOptions options = fixture.store_options();
  fixture.close();
  StoreOptions asking = options;
  std::vector<FileOwner> owners;
  asking.give_up_root = [&](const FileOwner& owner) -> std::optional<std::string> {
    owners.push_back(owner);
    return owners.size() == 1 ? std::optional<std::string>("no such user") : std::nullopt;
  };
  const auto refused = Store::open(asking, all_keys());
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().subject == "no such user");
  BOOST_TEST(Store::open(asking, all_keys()).has_value());
  BOOST_REQUIRE(owners.size() == 2);
  BOOST_TEST(owners[0].user == ::geteuid());
  BOOST_REQUIRE(::chmod((options.directory / "data.mdb").c_str(), 0666) == 0);
  BOOST_TEST(Store::open(asking, all_keys()).has_value());
  BOOST_TEST(owners[2].shared);
}

BOOST_AUTO_TEST_SUITE_END()
