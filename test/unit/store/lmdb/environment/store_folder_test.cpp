// The store's folder is private, is opened once by a process, and holds a store of a known format.
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include "store/health.hpp"
#include "store/lmdb/environment/store_folder.hpp"
#include "store/rows/store_meta.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

BOOST_AUTO_TEST_SUITE(store_folder)

BOOST_AUTO_TEST_CASE(one_process_opens_a_folder_once) {
  StoreFixture fixture;
  const auto again = Store::open(fixture.store_options(), all_keys());
  BOOST_REQUIRE(!again);
  BOOST_TEST(again.error().subject.find("open already") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_new_folder_is_private) {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  StoreOptions options;
  options.directory = folder.path() / "a" / "b" / "";
  options.map_size = std::uint64_t{1} << 20;
  BOOST_REQUIRE(Store::create(options, all_keys()));
  const auto mode = std::filesystem::status(folder.path() / "a" / "b").permissions();
  BOOST_CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
  BOOST_TEST(std::filesystem::exists(folder.path() / "a" / "b" / "data.mdb"));
  BOOST_TEST(Store::open(options, all_keys()).has_value());
}

BOOST_AUTO_TEST_CASE(no_store_is_created_behind_a_link_of_another_user) {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  const auto open = folder.path() / "open";
  const auto elsewhere = folder.path() / "elsewhere";
  std::filesystem::create_directory(open);
  std::filesystem::create_directory(elsewhere);
  BOOST_REQUIRE(::chmod(open.c_str(), 0777) == 0);
  std::filesystem::create_directory_symlink(elsewhere, open / "link");
  BOOST_TEST(!!make_folder(open / "link" / "a" / "b" / "store"));
  BOOST_TEST(std::filesystem::is_empty(elsewhere));
  // Nor in place of a missing folder.
  std::filesystem::create_directory_symlink(elsewhere / "missing", folder.path() / "nowhere");
  BOOST_TEST(!!make_folder(folder.path() / "nowhere" / "store"));
  BOOST_TEST(std::filesystem::is_empty(elsewhere));
}

BOOST_AUTO_TEST_CASE(parent_folders_are_created) {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  const auto own = folder.path() / "own";
  std::filesystem::create_directory(folder.path() / "real");
  std::filesystem::create_directory_symlink("real", own);  // a link of this user is followed
  BOOST_TEST(!make_folder(own / "a" / ".." / "b" / "store"));
  BOOST_TEST(std::filesystem::is_directory(folder.path() / "real" / "b" / "store"));
  BOOST_TEST(!make_folder(own / "b" / "store"));
}

BOOST_AUTO_TEST_CASE(creating_refuses_an_existing_store_and_opening_a_missing_one) {
  StoreFixture fixture;
  fixture.close();
  const auto again = Store::create(fixture.store_options(), all_keys());
  BOOST_REQUIRE(!again);
  BOOST_TEST(again.error().subject.find("already") != std::string::npos);
  StoreOptions elsewhere = fixture.store_options();
  elsewhere.directory = fixture.folder() / "nothing";
  const auto missing = Store::open(elsewhere, all_keys());
  BOOST_REQUIRE(!missing);
  BOOST_TEST(missing.error().subject.find("there is no store") != std::string::npos);
  BOOST_TEST(!std::filesystem::exists(elsewhere.directory));
}

BOOST_AUTO_TEST_CASE(the_root_of_a_file_system_counts_as_empty) {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  BOOST_TEST(is_vacant(folder.path()));
  std::filesystem::create_directory(folder.path() / "lost+found");
  BOOST_TEST(is_vacant(folder.path()));
  BOOST_REQUIRE(::mknod((folder.path() / "control-1.sock").c_str(), S_IFSOCK | 0600, 0) == 0);
  BOOST_TEST(is_vacant(folder.path()));
  std::filesystem::create_directory(folder.path() / "another");
  BOOST_TEST(!is_vacant(folder.path()));
  BOOST_TEST(!is_vacant(folder.path() / "nothing"));
}

BOOST_AUTO_TEST_CASE(a_moved_file_accepts_no_changes) {
  StoreFixture fixture;
  const auto file = fixture.store_options().directory / "data.mdb";
  const auto aside = file.parent_path() / "aside";
  const auto change = [&fixture] {
    return fixture.wait(fixture.store().secrets().create(tenant_id(1), new_secret("n"), who()));
  };
  BOOST_TEST(!fixture.store().health().state().displaced());
  std::filesystem::rename(file, aside);
  BOOST_TEST(fixture.store().health().state().displaced().value_or("").find("moved away") != std::string::npos);
  BOOST_TEST((change().error().code == Errc::unavailable));
  std::filesystem::copy_file(aside, file);
  BOOST_TEST(fixture.store().health().state().displaced().value_or("").find("replaced") != std::string::npos);
  BOOST_TEST((change().error().code == Errc::unavailable));
  BOOST_TEST(!fixture.store().health().unwilling());
  std::filesystem::rename(aside, file);
  BOOST_TEST(!fixture.store().health().state().displaced());
  BOOST_TEST(change().has_value());
}

BOOST_AUTO_TEST_CASE(a_store_of_another_format_is_not_opened) {
  StoreFixture fixture;
  const Bytes newer = format_value(slots_store_format + 1);
  fixture.put(Table::meta, "format", std::string(newer.begin(), newer.end()));
  const StoreOptions options = fixture.store_options();
  fixture.close();
  const auto opened = Store::open(options, all_keys());
  BOOST_REQUIRE(!opened);
  BOOST_TEST(opened.error().subject.find("format") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
