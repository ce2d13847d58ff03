// `backup --into` names a backup by its time, deletes older ones only after the new one is complete, and records its
// success for the server's metrics.
#include <sys/stat.h>

#include <boost/json/parse.hpp>

#include <ctime>
#include <regex>

#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
namespace fs = std::filesystem;
using namespace tacit::test;

namespace {

struct Backups {
  Backups() { fs::create_directory(into); }
  Finished back_up(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"backup", "--into", into.string()});
    return deployment.command(std::move(more));
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(into)) names.push_back(entry.path().filename().string());
    std::erase(names, ".tacit-store");
    std::ranges::sort(names);
    return names;
  }
  fs::path record() const { return deployment.store().string() + ".last-backup"; }

  const Deployment deployment;
  const fs::path into = deployment.folder() / "backups";
};

}  // namespace

BOOST_AUTO_TEST_SUITE(backup_retention)

BOOST_AUTO_TEST_CASE(a_backup_is_whole_private_and_named_by_its_time) {
  const Backups backups;
  const std::time_t before = std::time(nullptr);
  const Finished done = backups.back_up();
  BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);
  const auto names = backups.names();
  BOOST_REQUIRE(names.size() == 1);
  BOOST_TEST(std::regex_match(names.front(), std::regex("tacit-[0-9]{8}T[0-9]{6}Z[.]backup")));
  const fs::path file = backups.into / names.front();
  struct stat status {};
  BOOST_REQUIRE(::stat(file.c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777U) == 0600U);
  BOOST_TEST(backups.deployment.command({"verify", "--backup", file}).status == 0);
  const json::object record = json::parse(read_file(backups.record())).as_object();
  BOOST_TEST(record.at("at").as_int64() >= before);
  BOOST_TEST(record.at("file").as_string() == file.string());
  BOOST_TEST(record.at("bytes").as_int64() == status.st_size);
}

BOOST_AUTO_TEST_CASE(a_successful_backup_deletes_older_ones_only) {
  const Backups backups;
  BOOST_REQUIRE(backups.back_up().status == 0);
  const std::string first = backups.names().front();
  for (const char* name : {"tacit-20200101T000000Z.backup", "tacit-20200102T000000Z.backup", "kept.backup"}) {
    fs::copy_file(backups.into / first, backups.into / name);
  }
  write_file(backups.into / "tacit-20200103T000000Z.backup.gpg", "somebody's");
  fs::rename(backups.into / first, backups.into / "tacit-20200104T000000Z.backup");
  const auto before = backups.names();
  const Finished tried = backups.back_up({"--keep", "2", "--dry-run"});
  BOOST_TEST(tried.status == 0, tried.err);
  BOOST_TEST(tried.out.find("Would delete " + (backups.into / "tacit-20200101T000000Z.backup").string() + "\n") !=
             std::string::npos);
  BOOST_TEST(tried.out.find("tacit-20200104T000000Z") == std::string::npos, tried.out);
  BOOST_TEST((backups.names() == before));
  BOOST_TEST(backups.deployment.command({"backup", "x.backup", "--dry-run"}).status == 2);
  const Finished done = backups.back_up({"--keep", "2"});
  BOOST_TEST(done.status == 0, done.err);
  const auto names = backups.names();
  BOOST_REQUIRE(names.size() == 4);
  BOOST_TEST(names[0] == "kept.backup");
  BOOST_TEST(names[1] == "tacit-20200103T000000Z.backup.gpg");
  BOOST_TEST(names[2] == "tacit-20200104T000000Z.backup");
  BOOST_TEST(done.err.find("Deleted " + (backups.into / "tacit-20200101T000000Z.backup").string()) !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(two_backups_within_a_second_are_two_files) {
  const Backups backups;
  for (int i = 0; i < 3; ++i) {
    const Finished done = backups.back_up();
    BOOST_TEST(done.status == 0, done.err);
  }
  BOOST_TEST(backups.names().size() == 3U);
}

BOOST_AUTO_TEST_CASE(another_stores_backups_are_never_deleted) {
  const Backups backups;
  BOOST_REQUIRE(backups.back_up().status == 0);
  fs::rename(backups.into / backups.names().front(), backups.into / "tacit-20200101T000000Z.backup");
  const Deployment other;
  const Finished done = other.command({"backup", "--into", backups.into.string(), "--keep", "1"});
  BOOST_TEST(done.status == 1);
  BOOST_TEST(done.err.find("no older backup was deleted") != std::string::npos, done.err);
  BOOST_TEST(backups.names().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_failed_backup_deletes_nothing_and_is_not_recorded) {
  const Backups backups;
  for (const char* name : {"tacit-20200101T000000Z.backup", "tacit-20200102T000000Z.backup"}) {
    BOOST_REQUIRE(backups.deployment.command({"backup", backups.into / name}).status == 0);
  }
  fs::remove(backups.record());
  const auto before = backups.names();
  // A file cannot grow beyond eight blocks of 512 bytes.
  const Finished cut = run({"/bin/sh", "-c",
                            "trap '' XFSZ; ulimit -f 8; exec " TACIT_BINARY " backup --keep 1 --into " +
                                backups.into.string() + " --config " + backups.deployment.config().string()});
  BOOST_TEST(cut.status == 1, cut.err);
  BOOST_TEST(cut.err.find("File too large") != std::string::npos, cut.err);
  BOOST_TEST((backups.names() == before));
  BOOST_TEST(!fs::exists(backups.record()));
}

BOOST_AUTO_TEST_CASE(the_server_reports_the_time_of_the_last_backup) {
  const Backups backups;
  const Server server(backups.deployment, {"--admin-listen", "127.0.0.1:0"});
  const std::string name = "tacit_backup_last_success_timestamp_seconds";
  BOOST_TEST(Scrape(server.admin_port()).sum(name) == 0);
  BOOST_REQUIRE(backups.back_up().status == 0);
  const double shown = Scrape(server.admin_port()).sum(name);
  BOOST_TEST(shown == static_cast<double>(json::parse(read_file(backups.record())).at("at").as_int64()));
}

BOOST_AUTO_TEST_CASE(a_backup_that_cannot_be_recorded_is_reported) {
  const Backups backups;
  const std::string nowhere = backups.deployment.folder() / "none" / "record";
  const Finished timed = backups.back_up({"--backup-record", nowhere});
  BOOST_TEST(timed.status == 1);
  BOOST_TEST(timed.err.find("cannot be recorded in " + nowhere + ": No such file or directory") != std::string::npos);
  BOOST_TEST(backups.names().size() == 1u);
  const std::string file = backups.deployment.folder() / "by-hand";
  BOOST_TEST(backups.deployment.command({"backup", file, "--backup-record", nowhere}).status == 0);
}

BOOST_AUTO_TEST_CASE(contradictory_arguments_are_refused) {
  const Backups backups;
  const std::string into = backups.into;
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"backup"},
                                             {"backup", "FILE", "--into", into},
                                             {"backup", "FILE", "--keep", "2"},
                                             {"backup", "--into", into, "--keep", "0"},
                                             {"backup", "--into", into, "--keep-for", "14"}}) {
    BOOST_TEST(backups.deployment.command(words).status == 2);
  }
  BOOST_TEST(backups.deployment.command({"backup", "--into", into + "/none"}).status == 1);
  BOOST_TEST(backups.names().empty());
}

BOOST_AUTO_TEST_SUITE_END()
