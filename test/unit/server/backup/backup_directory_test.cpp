// A directory of backups: names, retention, and files that are not backups.
#include "server/backup/backup_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

#include "server/config/errors.hpp"
#include "test/temporary_folder.hpp"

using namespace tacit::server;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

constexpr BackupTime now{std::chrono::seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z
std::string ago(std::chrono::seconds time) { return backup_name(now - time); }

std::string error_of(const fs::path& directory) {
  try {
    const BackupDirectory open(directory);
    return "";
  } catch (const CommandFailed& error) {
    return error.what();
  }
}

/// A backup without pages.
std::string whole() {
  std::string text = "TACITBAK";
  return text.append(40, '\0');
}

}  // namespace

BOOST_AUTO_TEST_SUITE(backup_directory)

BOOST_AUTO_TEST_CASE(names_are_times) {
  BOOST_TEST(backup_name(now) == "tacit-20260101T000000Z.backup");
  BOOST_TEST((time_of_backup("tacit-20260101T000000Z.backup") == now));
  BOOST_TEST((time_of_backup("tacit-20281231T235959Z.backup").has_value()));
  for (const char* name :
       {"", "tacit", "tacit-20260101T000000Z.backup.gpg", "tacit-20260101T000000Z.backuP",
        "xtacit-20260101T000000Z.backup", "tacit-20261301T000000Z.backup", "tacit-20260230T000000Z.backup",
        "tacit-20260101T240000Z.backup", "tacit-20260101T000060Z.backup", "tacit- 2260101T000000Z.backup",
        "tacit-2026010 T000000Z.backup", "tacit-+0260101T000000Z.backup"}) {
    BOOST_TEST(!time_of_backup(name), name);
  }
}

BOOST_AUTO_TEST_CASE(without_retention_all_are_kept) {
  BOOST_TEST((expired_backups({ago(1h), ago(9000h)}, ago(0s), {}, now) == Names{}));
}

BOOST_AUTO_TEST_CASE(the_number_of_kept_backups_includes_the_new_one) {
  const Names names = {ago(2h), ago(0s), ago(3h), ago(1h)};
  BOOST_TEST((expired_backups(names, ago(0s), {.count = 4, .for_time = {}}, now) == Names{}));
  BOOST_TEST((expired_backups(names, ago(0s), {.count = 2, .for_time = {}}, now) == Names{ago(2h), ago(3h)}));
  BOOST_TEST((expired_backups(names, ago(0s), {.count = 1, .for_time = {}}, now) == Names{ago(1h), ago(2h), ago(3h)}));
}

BOOST_AUTO_TEST_CASE(backups_below_the_maximum_age_are_kept) {
  const Names names = {ago(2h), ago(1h), ago(0s), ago(2h + 1s)};
  BOOST_TEST((expired_backups(names, ago(0s), {.count = {}, .for_time = 2h}, now) == Names{ago(2h + 1s)}));
}

BOOST_AUTO_TEST_CASE(backups_that_either_rule_keeps_stay) {
  const Names names = {ago(0s), ago(1h), ago(2h), ago(3h)};
  BOOST_TEST((expired_backups(names, ago(0s), {.count = 3, .for_time = 1h}, now) == Names{ago(3h)}));
  BOOST_TEST((expired_backups(names, ago(0s), {.count = 1, .for_time = 2h}, now) == Names{ago(3h)}));
}

// The clock is wrong, or was when the others were made.
BOOST_AUTO_TEST_CASE(the_new_backup_is_never_deleted) {
  const Names names = {ago(0s), ago(-5h), ago(-6h), ago(-7h)};
  BOOST_TEST(
      (expired_backups(names, ago(0s), {.count = 1, .for_time = {}}, now) == Names{ago(-7h), ago(-6h), ago(-5h)}));
  BOOST_TEST((expired_backups(names, ago(0s), {.count = {}, .for_time = 1h}, now) == Names{}));
}

BOOST_AUTO_TEST_CASE(other_names_are_ignored) {
  const Names names = {"notes", "tacit-20200101T000000Z.backup.gpg", ".tacit-20200101T000000Z.backup"};
  BOOST_TEST((expired_backups(names, ago(0s), {.count = 1, .for_time = {}}, now) == Names{}));
}

BOOST_AUTO_TEST_CASE(one_process_at_a_time_uses_an_existing_directory) {
  const tacit::test::TemporaryFolder directory;
  {
    const BackupDirectory first(directory.path());
    BOOST_TEST(error_of(directory.path()).ends_with(": another backup into this directory is running"));
  }
  BOOST_TEST(error_of(directory.path()) == "");
  BOOST_TEST(error_of(directory / "none").ends_with("none: No such file or directory"));
  BOOST_TEST(error_of(directory.write("file", "")).ends_with("file: Not a directory"));
}

BOOST_AUTO_TEST_CASE(only_whole_backups_and_leftovers_are_deleted) {
  const tacit::test::TemporaryFolder directory;
  const std::string made = ago(0s);
  const std::string left = "." + ago(9h) + ".01234567-89ab-4def-8123-456789abcdef";
  for (const std::string& name : {made, ago(1h), ago(2h), left}) directory.write(name.c_str(), whole());
  directory.write(ago(3h).c_str(), "no backup");
  directory.write(".tacit-20200101T000000Z.backup.swp", "an editor's");
  directory.write("notes", "mine");
  fs::create_directory(directory / ago(4h).c_str());
  fs::create_symlink("notes", directory / ago(5h).c_str());
  const BackupDirectory open(directory.path());
  Names troubles;
  auto planned = open.superfluous(made, {.count = 2, .for_time = {}}, now, troubles);
  std::ranges::sort(planned);
  BOOST_TEST((planned == Names{left, ago(2h)}));
  BOOST_TEST(fs::exists(directory / ago(2h).c_str()));
  troubles.clear();
  auto deleted = open.tidy(made, {.count = 2, .for_time = {}}, now, troubles);
  std::ranges::sort(deleted);
  BOOST_TEST((deleted == Names{left, ago(2h)}));
  BOOST_TEST_REQUIRE(troubles.size() == 1u);
  BOOST_TEST(troubles.front() ==
             (directory / ago(3h).c_str()).string() + " has a backup's name but is not a complete backup; it is kept");
  for (const std::string& name : {made, ago(1h), ago(3h), ago(4h), std::string("notes")}) {
    BOOST_TEST(fs::exists(directory / name.c_str()), name);
  }
  BOOST_TEST(fs::is_symlink(directory / ago(5h).c_str()));
  BOOST_TEST(!fs::exists(directory / ago(2h).c_str()));
}

BOOST_AUTO_TEST_CASE(a_directory_is_of_one_store) {
  const tacit::test::TemporaryFolder directory;
  const BackupDirectory open(directory.path());
  BOOST_TEST(!open.other_owner("/srv/one").has_value());
  BOOST_TEST(!open.other_owner("/srv/one").has_value());
  const auto other = open.other_owner("/srv/two");
  BOOST_REQUIRE(other.has_value());
  BOOST_TEST(other->ends_with(":/srv/one\n"));
}

BOOST_AUTO_TEST_CASE(a_backup_that_has_no_room_is_refused) {
  const tacit::test::TemporaryFolder directory;
  const BackupDirectory open(directory.path());
  open.need_room(1, open.is_beside("/proc"));
  BOOST_CHECK_THROW(open.need_room(std::uint64_t{1} << 60, open.is_beside("/proc")), CommandFailed);
}

BOOST_AUTO_TEST_SUITE_END()
