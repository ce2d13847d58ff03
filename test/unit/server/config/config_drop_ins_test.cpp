// Drop-ins of the configuration file: which files are read, and in which order.
#include "server/config/config_drop_ins.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <fstream>
#include <string>

#include "server/config/config_sources.hpp"
#include "test/temporary_folder.hpp"

using namespace tacit::server;
namespace fs = std::filesystem;

namespace {

struct Directory {
  Directory() {
    fs::create_directory(drop_ins);
    sources.file = main;
    write_main("threads = 1\nrequest-rate = 1\n");
  }
  void write_main(const std::string& text) const { std::ofstream(main) << text; }
  void write(const char* name, const std::string& text) const { std::ofstream(drop_ins / name) << text; }
  LoadedConfig load() const { return load_config(sources); }
  // The only problem, without the directory's name.
  std::string problem() const {
    const auto loaded = load();
    BOOST_TEST_REQUIRE(loaded.problems.size() == 1u);
    std::string sentence = loaded.problems.front();
    const std::string prefix = directory.path().string() + "/";
    for (auto at = sentence.find(prefix); at != std::string::npos; at = sentence.find(prefix)) {
      sentence.erase(at, prefix.size());
    }
    return sentence;
  }

  tacit::test::TemporaryFolder directory;
  const fs::path main = directory / "x.conf";
  const fs::path drop_ins = directory / "x.conf.d";
  ConfigSources sources;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(config_drop_ins)

BOOST_FIXTURE_TEST_CASE(drop_ins_are_read_after_the_file_in_the_order_of_their_names, Directory) {
  write("20-b.conf", "threads = 3\n");
  write("10-a.conf", "threads = 2\nrequest-rate = 2\n");
  write("9.conf", "threads = 4");
  const auto loaded = load();
  BOOST_TEST(loaded.problems.empty());
  BOOST_TEST(loaded.config.threads == 4u);
  BOOST_TEST(loaded.config.request_rate == 2u);
  BOOST_TEST(loaded.values.at("threads") == "4");
}

BOOST_FIXTURE_TEST_CASE(environment_and_command_line_override_drop_ins, Directory) {
  write("a.conf", "threads = 2\nrequest-rate = 2\n");
  sources.environment = {{"TACIT_THREADS", "5"}};
  sources.command_line = {{"request-rate", "6"}};
  BOOST_TEST(load().config.threads == 5u);
  BOOST_TEST(load().config.request_rate == 6u);
}

BOOST_FIXTURE_TEST_CASE(only_visible_names_that_end_in_conf_are_read, Directory) {
  for (const char* name : {".hidden.conf", "README", "a.conf.dpkg-dist", "a.conf~", "a.CONF", ".conf", "conf"}) {
    write(name, "threads = many\n");
  }
  const auto loaded = load();
  BOOST_TEST(loaded.problems.empty());
  BOOST_TEST(loaded.config.threads == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_setting_twice_in_one_drop_in_is_refused, Directory) {
  write("a.conf", "threads = 2\nthreads = 2\n");
  BOOST_TEST(problem() == "x.conf.d/a.conf:2: threads is already set at x.conf.d/a.conf:1");
}

BOOST_FIXTURE_TEST_CASE(faults_name_their_file_and_line, Directory) {
  write("a.conf", "\nthread = 2\n");
  BOOST_TEST(problem() == "x.conf.d/a.conf:2: \"thread\" is not a setting; did you mean threads?");
}

BOOST_FIXTURE_TEST_CASE(a_bad_value_is_refused_even_where_a_later_file_has_a_good_one, Directory) {
  write("a.conf", "threads = many\n");
  write("b.conf", "threads = 2\n");
  BOOST_TEST(problem() == "x.conf.d/a.conf:1: threads: \"many\" is not a whole number");
}

BOOST_FIXTURE_TEST_CASE(unreadable_drop_ins_are_reported, Directory) {
  fs::create_directory(drop_ins / "a.conf");
  BOOST_TEST(problem() == "x.conf.d/a.conf: is a directory");
  fs::remove(drop_ins / "a.conf");
  // Opening a pipe would block until a writer opens it.
  BOOST_TEST_REQUIRE(::mkfifo((drop_ins / "a.conf").c_str(), 0600) == 0);
  BOOST_TEST(problem() == "x.conf.d/a.conf: is not a regular file");
  fs::remove(drop_ins / "a.conf");
  fs::create_symlink("gone", drop_ins / "a.conf");
  BOOST_TEST(problem() == "x.conf.d/a.conf: is a link to a file that does not exist");
  fs::remove(drop_ins / "a.conf");
  fs::create_symlink("a.conf", drop_ins / "a.conf");
  BOOST_TEST(problem() == "x.conf.d/a.conf: cannot be read: Too many levels of symbolic links");
}

BOOST_FIXTURE_TEST_CASE(a_link_is_followed_and_one_to_dev_null_is_empty, Directory) {
  std::ofstream(directory / "elsewhere") << "threads = 2\n";
  fs::create_symlink("../elsewhere", drop_ins / "a.conf");
  fs::create_symlink("/dev/null", drop_ins / "b.conf");
  BOOST_TEST(load().problems.empty());
  BOOST_TEST(load().config.threads == 2u);
}

BOOST_FIXTURE_TEST_CASE(the_directory_may_be_absent_but_is_a_directory, Directory) {
  fs::remove(drop_ins);
  BOOST_TEST(load().problems.empty());
  BOOST_TEST(load().config.threads == 1u);
  std::ofstream(drop_ins) << "threads = 2\n";
  BOOST_TEST(problem() == "x.conf.d: cannot be read: Not a directory");
  fs::remove(drop_ins);
  fs::create_symlink("gone", drop_ins);
  BOOST_TEST(problem() == "x.conf.d: is a link to a directory that does not exist");
}

BOOST_AUTO_TEST_SUITE_END()
