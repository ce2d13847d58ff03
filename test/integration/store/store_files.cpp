// No command writes through a file that was put in place of a store's file, and root works on a store that a group
// shares only as another user.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "test/integration/store/child_process.hpp"
#include "test/integration/support/deployment.hpp"

namespace fs = std::filesystem;
using namespace tacit::test;

namespace {

constexpr uid_t nobody = 65534;
constexpr gid_t a_group = 54321;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(::geteuid() == 0);
  result.message() << "only root may become another user";
  return result;
}

struct stat status_of(const fs::path& file) {
  struct stat status {};
  BOOST_REQUIRE(::lstat(file.c_str(), &status) == 0);
  return status;
}

/// A deployment, and a file that must stay unchanged.
struct Store {
  const Deployment deployment;
  const fs::path victim = deployment.folder() / "victim";
  fs::path file(const char* name) const { return deployment.store() / name; }

  void give(uid_t user, gid_t group, mode_t folder, mode_t files) const {
    BOOST_REQUIRE(::chown(deployment.store().c_str(), user, group) == 0);
    BOOST_REQUIRE(::chmod(deployment.store().c_str(), folder) == 0);
    for (const char* const name : {"data.mdb", "lock.mdb"}) {
      BOOST_REQUIRE(::chown(file(name).c_str(), user, group) == 0);
      BOOST_REQUIRE(::chmod(file(name).c_str(), files) == 0);
    }
  }
};

std::vector<std::vector<std::string>> commands_of(const Store& store) {
  const std::string backup = (store.deployment.folder() / "made.backup").string();
  return {{"stats"},
          {"verify"},
          {"check-config"},
          {"backup", backup},
          {"audit", "verify"},
          {"audit", "export"},
          {"api-key", "list"},
          {"api-key", "create", "--tenant", new_uuid(), "--name", "test"},
          {"quota", "get", "--tenant", new_uuid()},
          {"key", "list", "--uses"},
          {"key", "add", "metadata"},
          {"key", "rewrap"},
          {"export", "--tenant", new_uuid()},
          {"audit", "feed", "--to", "-", "--once"},
          {"init"},
          {"status"}};
}

/// Every command, and a server, refuse, and the file that the link leads to is unchanged.
void expect_refused(const Store& store, const std::string& why, const std::string& content) {
  for (const auto& command : commands_of(store)) {
    const Finished done = store.deployment.command(command);
    BOOST_TEST_CONTEXT(command[0] << ' ' << done.out << done.err) {
      BOOST_TEST(done.status != 0);
      // These two end before that check.
      if (command[0] != "init" && command[0] != "status") BOOST_TEST(has(done.err, why));
      BOOST_TEST(read_file(store.victim) == content);
    }
  }
  BOOST_CHECK_EXCEPTION(Server(store.deployment), std::runtime_error,
                        [&](const std::runtime_error& error) { return has(error.what(), why); });
  BOOST_TEST(read_file(store.victim) == content);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_files)

BOOST_AUTO_TEST_CASE(nothing_is_written_through_a_link) {
  const Store store;
  for (const char* const name : {"lock.mdb", "data.mdb"}) {
    for (const std::string content : {"a keyring, say", ""}) {
      write_file(store.victim, content);
      const fs::path aside = store.deployment.folder() / "aside";
      fs::rename(store.file(name), aside);
      fs::create_symlink(store.victim, store.file(name));
      expect_refused(store, std::string(name) + " is a symbolic link", content);
      fs::remove(store.file(name));
      fs::rename(aside, store.file(name));
    }
  }
  store.deployment.verify();
}

BOOST_AUTO_TEST_CASE(nothing_is_written_to_a_file_that_has_another_name) {
  const Store store;
  for (const char* const name : {"lock.mdb", "data.mdb"}) {
    write_file(store.victim, "a keyring, say");
    const fs::path aside = store.deployment.folder() / "aside";
    fs::rename(store.file(name), aside);
    fs::create_hard_link(store.victim, store.file(name));
    const Finished done = store.deployment.command({"stats"});
    BOOST_TEST(done.status == 2);
    BOOST_TEST(has(done.err, std::string(name) + " has 2 names"), done.err);
    fs::remove(store.file(name));
    BOOST_REQUIRE(::mkfifo(store.file(name).c_str(), 0600) == 0);
    BOOST_TEST(has(store.deployment.command({"stats"}).err, "is not a regular file"));
    fs::remove(store.file(name));
    fs::rename(aside, store.file(name));
    BOOST_TEST(read_file(store.victim) == "a keyring, say");
  }
  store.deployment.verify();
}

BOOST_AUTO_TEST_CASE(an_empty_data_file_stays_empty) {
  const Store store;
  fs::rename(store.file("data.mdb"), store.deployment.folder() / "aside");
  write_file(store.file("data.mdb"), "");
  const Finished done = store.deployment.command({"stats"});
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.err, store.file("data.mdb").string()), done.err);
  BOOST_TEST(fs::file_size(store.file("data.mdb")) == 0U);
}

BOOST_AUTO_TEST_CASE(a_missing_lock_file_is_created) {
  const Store store;
  fs::remove(store.file("lock.mdb"));
  store.deployment.verify();
  BOOST_TEST(status_of(store.file("lock.mdb")).st_uid == status_of(store.file("data.mdb")).st_uid);
}

BOOST_AUTO_TEST_CASE(the_store_of_another_user_is_refused, *boost::unit_test::precondition(is_root)) {
  const Store store;
  for (const char* const name : {"lock.mdb", "data.mdb"}) {
    BOOST_REQUIRE(::chown(store.file(name).c_str(), nobody, 0) == 0);
    const Finished done = store.deployment.command({"stats"});
    BOOST_TEST(done.status == 2);
    BOOST_TEST(has(done.err, std::string(name) + " belongs to the user 65534"), done.err);
    BOOST_TEST(has(done.err, "chown -h root " + store.file(name).string()), done.err);
    BOOST_REQUIRE(::chown(store.file(name).c_str(), 0, 0) == 0);
  }
}

BOOST_AUTO_TEST_CASE(links_that_others_can_replace_are_not_followed, *boost::unit_test::precondition(is_root)) {
  const Store store;
  const fs::path shared = store.deployment.folder() / "shared";
  fs::create_directory(shared);
  fs::create_directory_symlink(store.deployment.store(), shared / "store");
  const auto stats = [&] { return store.deployment.command({"stats", "--store", (shared / "store").string()}); };
  BOOST_TEST(stats().status == 0);
  fs::permissions(shared, fs::perms(0777));
  const Finished done = stats();
  BOOST_TEST(done.status == 2);
  BOOST_TEST(has(done.err, "the symbolic link store in its path is not followed"), done.err);
}

BOOST_AUTO_TEST_CASE(root_opens_a_store_that_a_group_writes_as_another_user, *boost::unit_test::precondition(is_root)) {
  const Store store;
  const Deployment& deployment = store.deployment;
  store.give(0, a_group, 03770, 0660);
  // In folders that only root can search: the store and the output folders are opened before root's rights are given
  // up.
  const std::string backups = (deployment.folder() / "backups").string();
  const std::string state = (deployment.folder() / "feed.state").string();
  const std::string log = (deployment.folder() / "feed.log").string();
  fs::create_directory(backups);
  for (const fs::path& folder : {deployment.folder(), fs::path(backups)}) fs::permissions(folder, fs::perms(0700));
  const std::string tenant = new_uuid();
  const std::string key = deployment.create_api_key(tenant);
  const auto works = [&](const std::vector<std::string>& command) {
    const Finished done = deployment.command(command);
    BOOST_TEST(done.status == 0, command[0] << ' ' << command.back() << ": " << done.out << done.err);
    return done;
  };
  works({"stats"});
  works({"verify"});
  works({"check-config"});
  BOOST_TEST(has(deployment.command({"status"}).out, "GiB used"));
  works({"backup", backups + "/one"});
  works({"backup", "--into", backups, "--keep", "2"});
  works({"verify", "--backup", backups + "/one"});
  works({"key", "list", "--uses"});
  const std::string added = works({"key", "add", "metadata"}).out.substr(0, 16);
  works({"key", "promote", added});
  works({"key", "rewrap"});
  works({"export", "--tenant", tenant});
  works({"audit", "feed", "--to", log, "--state", state, "--once"});
  BOOST_TEST(has(read_file(log), "\"actor\":\"operator:root\""));
  BOOST_TEST(!has(read_file(log), "\"actor\":\"operator:nobody\""));
  works({"audit", "feed", "--to", log, "--state", state, "--once"});
  works({"restore", backups + "/one", "--store", (deployment.folder() / "restored").string()});
  const struct stat record = status_of(deployment.store().string() + ".last-backup");
  BOOST_TEST(record.st_uid == 0U);
  BOOST_TEST(status_of(backups + "/one").st_uid == 0U);
  BOOST_TEST(status_of(store.file("data.mdb")).st_uid == 0U);
  BOOST_TEST(!has(works({"check-config"}).err, "is not sticky"));
  fs::permissions(deployment.store(), fs::perms(01000), fs::perm_options::remove);
  BOOST_TEST(has(works({"check-config"}).err, "is not sticky: chmod +t " + deployment.store().string()));
  // Under the other user's id.
  Process tail({TACIT_BINARY, "audit", "tail", "--follow", "--config", deployment.config().string()},
               deployment.folder() / "out", deployment.folder() / "err");
  // The parent keeps root and only waits; its child reads the store.
  const auto rights = [&] { return read_file("/proc/" + std::to_string(child_of(tail.pid())) + "/status"); };
  for (int i = 0; i < 500 && has(rights(), "Uid:\t0"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  BOOST_TEST(!has(rights(), "Uid:\t0"), rights());
  BOOST_TEST(has(rights(), "Gid:\t54321\t54321\t54321\t54321"), rights());
  BOOST_TEST(has(rights(), "CapEff:\t0000000000000000"), rights());
}

BOOST_AUTO_TEST_CASE(a_store_is_made_and_restored_in_a_prepared_folder, *boost::unit_test::precondition(is_root)) {
  const Store store;
  const std::string backup = (store.deployment.folder() / "backup").string();
  BOOST_REQUIRE(store.deployment.command({"backup", backup}).status == 0);
  const fs::path place = store.deployment.folder() / "place";
  const auto prepare = [&](uid_t user) {
    fs::remove_all(place);
    fs::create_directory(place);
    BOOST_REQUIRE(::chown(place.c_str(), user, a_group) == 0);
    BOOST_REQUIRE(::chmod(place.c_str(), 03770) == 0);
  };
  const auto expect = [&](uid_t user) {
    for (const char* const name : {"data.mdb", "lock.mdb"}) {
      const struct stat status = status_of(place / name);
      BOOST_TEST(status.st_uid == user);
      BOOST_TEST(status.st_gid == a_group);
      BOOST_TEST((status.st_mode & 07777U) == 0660U);
    }
  };
  for (const uid_t user : {uid_t{0}, nobody}) {
    prepare(user);
    const Finished done = store.deployment.command({"restore", backup, "--store", place.string()});
    BOOST_TEST(done.status == 0, done.err);
    expect(user);
    prepare(user);
    const fs::path keys = store.deployment.folder() / ("keys" + std::to_string(user));
    fs::create_directory(keys);
    const Finished made = store.deployment.command(
        {"init", "--store", place.string(), "--root-public-keyring", (keys / "public").string(),
         "--root-private-keyring", (keys / "private").string(), "--metadata-keyring", (keys / "metadata").string()});
    BOOST_TEST(made.status == 0, made.err);
    expect(user);
  }
}

BOOST_AUTO_TEST_CASE(root_leaves_the_store_of_a_user_to_that_user, *boost::unit_test::precondition(is_root)) {
  const Store store;
  store.give(nobody, nobody, 0770, 0660);
  store.deployment.create_api_key(new_uuid());
  store.deployment.verify();
  fs::remove(store.file("lock.mdb"));
  store.deployment.verify();
  BOOST_TEST(status_of(store.file("lock.mdb")).st_uid == nobody);
}

BOOST_AUTO_TEST_CASE(a_member_of_the_group_leaves_no_lock_file_of_its_own, *boost::unit_test::precondition(is_root)) {
  const Store store;
  store.give(0, a_group, 03770, 0660);
  for (const char* const name : {"root-public.keyring", "metadata.keyring", "tacit.conf", ""}) {
    BOOST_REQUIRE(::chown((store.deployment.folder() / name).c_str(), nobody, nobody) == 0);
  }
  const auto as_member = [&](const char* command) {
    return run({"/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--groups", std::to_string(a_group),
                TACIT_BINARY, command, "--root-private-keyring", "", "--config", store.deployment.config().string()});
  };
  const Finished done = as_member("verify");
  BOOST_TEST(done.status == 0, done.err);
  fs::remove(store.file("lock.mdb"));
  const Finished without = as_member("verify");
  BOOST_TEST(without.status == 2);
  BOOST_TEST(has(without.err, "lock.mdb is missing"), without.err);
  BOOST_TEST(!fs::exists(store.file("lock.mdb")));
  BOOST_TEST(store.deployment.command({"stats"}).status == 0);
  BOOST_TEST(as_member("verify").status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
