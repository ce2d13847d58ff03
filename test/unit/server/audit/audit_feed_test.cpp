// The outputs and the recorded position of an audit feed.
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "server/audit/audit_feed_output.hpp"
#include "server/audit/audit_feed_state.hpp"
#include "server/config/errors.hpp"
#include "test/temporary_folder.hpp"

namespace json = boost::json;
namespace fs = std::filesystem;
using namespace tacit;
using namespace tacit::server;

namespace {

struct Folder {
  std::string content(const char* name) const {
    std::ifstream in(directory / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::unique_ptr<AuditFeedOutput> open(const char* name) const {
    return open_audit_feed_output((directory / name).string(), signals);
  }
  std::string state_error() const {
    try {
      const AuditFeedState state(directory / "state");
      return "";
    } catch (const CommandFailed& error) {
      return error.what();
    }
  }

  test::TemporaryFolder directory;
  StopSignals signals;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_feed)

BOOST_FIXTURE_TEST_CASE(the_state_is_kept, Folder) {
  store::AuditMark mark;
  mark.sequence = 4711;
  mark.hash[0] = 0x9f;
  {
    AuditFeedState state(directory / "state");
    BOOST_TEST(state.last().empty());
    state.save(mark);
    BOOST_TEST(state_error().ends_with("is used by another process"));
  }
  const AuditFeedState state(directory / "state");
  BOOST_TEST_REQUIRE(state.last().size() == 1U);
  BOOST_TEST((state.last().at(mark.slot) == mark));
  BOOST_TEST(content("state") == to_string(mark) + "\n");
}

BOOST_FIXTURE_TEST_CASE(the_state_has_a_line_for_each_slot, Folder) {
  store::AuditMark of_store;
  of_store.sequence = 4711;
  store::AuditMark of_host = of_store;
  of_host.slot = slot_of(store::SlotOwner::tools, 2);
  of_host.hash[0] = 1;
  {
    AuditFeedState state(directory / "state");
    state.save(of_host);
    state.save(of_store);
  }
  const AuditFeedState state(directory / "state");
  BOOST_TEST(state.last().size() == 2U);
  BOOST_TEST((state.last().at(of_store.slot) == of_store));
  BOOST_TEST((state.last().at(of_host.slot) == of_host));
  BOOST_TEST(content("state") == to_string(of_store) + "\n" + to_string(of_host) + "\n");
}

BOOST_FIXTURE_TEST_CASE(an_invalid_state_is_refused, Folder) {
  for (const char* text : {"", "\n", "4711", "4711:9f", "tools-2:4711", "4711:9f\ntools-2:4711:9f",
                           "x:"
                           "00000000000000000000000000000000000000000000000000000000000000"}) {
    directory.write("state", text);
    BOOST_TEST(state_error().find("contains no SEQUENCE:HASH") != std::string::npos, text);
  }
  fs::remove(directory / "state");
  fs::create_symlink("elsewhere", directory / "state");
  BOOST_TEST(state_error() != "");
}

BOOST_FIXTURE_TEST_CASE(lines_are_appended, Folder) {
  directory.write("log", "before\n");
  BOOST_TEST(open("log")->put("{\"sequence\":1}"));
  BOOST_TEST(content("log") == "before\n{\"sequence\":1}\n");
}

BOOST_FIXTURE_TEST_CASE(a_partial_line_is_removed_and_other_text_is_not, Folder) {
  directory.write("log", "{\"sequence\":1}\n{\"sequence\":2,\"ha");
  open("log")->put("{\"sequence\":2}");
  BOOST_TEST(content("log") == "{\"sequence\":1}\n{\"sequence\":2}\n");
  directory.write("log", "{\"se");
  open("log")->put("{\"sequence\":1}");
  BOOST_TEST(content("log") == "{\"sequence\":1}\n");
  directory.write("log", "something else");
  open("log")->put("{\"sequence\":1}");
  BOOST_TEST(content("log") == "something else\n{\"sequence\":1}\n");
}

BOOST_FIXTURE_TEST_CASE(a_moved_file_is_created_again, Folder) {
  const auto output = open("log");
  output->put("1");
  fs::rename(directory / "log", directory / "log.1");
  output->put("2");
  fs::rename(directory / "log", directory / "log.2");
  output->reopen();
  output->put("3");
  BOOST_TEST(content("log.1") == "1\n");
  BOOST_TEST(content("log.2") == "2\n");
  BOOST_TEST(content("log") == "3\n");
}

BOOST_FIXTURE_TEST_CASE(a_path_other_than_a_file_is_refused, Folder) {
  BOOST_CHECK_THROW(open_audit_feed_output("/dev/null", signals), CommandFailed);
  BOOST_CHECK_THROW(open_audit_feed_output(directory.path().string(), signals), CommandFailed);
  BOOST_TEST_REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
  BOOST_CHECK_THROW(open("pipe"), CommandFailed);
  BOOST_CHECK_THROW(open_audit_feed_output("syslog:", signals), UsageError);
  BOOST_CHECK_THROW(open_audit_feed_output("syslog:/" + std::string(200, 'x'), signals), UsageError);
}

BOOST_AUTO_TEST_CASE(a_long_entry_loses_its_longest_members) {
  const std::string line = R"({"sequence":7,"hash":"00","time":"t","secrets":")" + std::string(9000, 's') +
                           R"(","tool":")" + std::string(3000, 't') + R"(","action":"secret.release"})";
  BOOST_TEST(shortened_entry(line, line.size()) == line);
  const std::string some = shortened_entry(line, 8000);
  const auto entry = json::parse(some).as_object();
  BOOST_TEST(some.size() < 8000u);
  BOOST_TEST(entry.at("sequence").as_int64() == 7);
  BOOST_TEST(entry.at("action").as_string() == "secret.release");
  BOOST_TEST((entry.at("shortened").as_array() == json::array{"secrets"}));
  const std::string few = shortened_entry(line, 1000);
  BOOST_TEST(few.size() < 1000u);
  BOOST_TEST((json::parse(few).at("shortened").as_array() == json::array{"secrets", "tool"}));
}

BOOST_AUTO_TEST_SUITE_END()
