// The record of the last backup.
#include "server/backup/last_backup.hpp"
#include "test/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <sstream>

using namespace tacit::server;
namespace fs = std::filesystem;

namespace {

struct Record {
  Record() { config.store = directory / "store"; }
  fs::path file() const { return last_backup_file(config); }
  bool reads(const std::string& text) const {
    std::ofstream(file()) << text;
    return read_last_backup(file()).has_value();
  }
  static std::int64_t now() { return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()); }

  tacit::test::TemporaryFolder directory;
  Config config;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(last_backup)

BOOST_FIXTURE_TEST_CASE(the_record_is_beside_the_store, Record) {
  BOOST_TEST(file() == directory / "store.last-backup");
  config.store = (directory / "store").string() + "/";
  BOOST_TEST(file() == directory / "store.last-backup");
  config.store = "store";
  BOOST_TEST(file() == "store.last-backup");
  config.backup_record = "/run/other";
  BOOST_TEST(file() == "/run/other");
}

BOOST_FIXTURE_TEST_CASE(a_written_record_is_read, Record) {
  BOOST_TEST(!read_last_backup(file()));
  const std::int64_t at = now();
  BOOST_TEST(!write_last_backup(file(), {at, "/b/\"x\"\n.backup", 12345678901}));
  BOOST_TEST(!write_last_backup(file(), {at, "/b/\"x\"\n.backup", 12345678902}));
  const auto read = read_last_backup(file());
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(read->at == at);
  BOOST_TEST(read->file == "/b/\"x\"\n.backup");
  BOOST_TEST(read->bytes == 12345678902u);
  struct stat status {};
  BOOST_TEST_REQUIRE(::stat(file().c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777u) == 0644u);
  // No temporary file is left.
  BOOST_TEST(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()) == 1);
}

BOOST_FIXTURE_TEST_CASE(an_invalid_record_is_ignored, Record) {
  BOOST_TEST(reads(R"({"at": 1767225600, "file": "x", "bytes": 1})"));
  for (const char* text : {"", "null", "{", "[]", R"({"at": "1", "file": "x", "bytes": 1})", R"({"at": 1, "bytes": 1})",
                           R"({"at": -1, "file": "x", "bytes": 1})", R"({"at": 1, "file": "x", "bytes": -1})",
                           R"({"at": 1.5, "file": "x", "bytes": 1})"}) {
    BOOST_TEST(!reads(text), text);
  }
  BOOST_TEST(!reads(std::string(100000, ' ') + R"({"at": 1767225600, "file": "x", "bytes": 1})"));
}

BOOST_FIXTURE_TEST_CASE(a_future_time_is_ignored, Record) {
  const auto at = [&](std::int64_t time) { return R"({"file": "x", "bytes": 1, "at": )" + std::to_string(time) + "}"; };
  BOOST_TEST(reads(at(now() + 10)));
  BOOST_TEST(!reads(at(now() + 86400)));
}

BOOST_FIXTURE_TEST_CASE(links_and_pipes_are_not_followed, Record) {
  std::ofstream(directory / "victim") << R"({"at": 1767225600, "file": "x", "bytes": 1})";
  fs::create_symlink("victim", file());
  BOOST_TEST(!read_last_backup(file()));
  BOOST_TEST(!write_last_backup(file(), {now(), "-", 1}));
  BOOST_TEST(read_last_backup(file()).has_value());
  std::ostringstream victim;
  victim << std::ifstream(directory / "victim").rdbuf();
  BOOST_TEST(victim.str().find("1767225600") != std::string::npos);
  fs::remove(file());
  BOOST_TEST_REQUIRE(::mkfifo(file().c_str(), 0600) == 0);
  BOOST_TEST(!read_last_backup(file()));
}

BOOST_FIXTURE_TEST_CASE(a_missing_folder_is_an_error, Record) {
  config.backup_record = directory / "none" / "record";
  BOOST_TEST((write_last_backup(file(), {now(), "-", 1}) == std::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_SUITE_END()
