// The operator's guide and the alert rules name log events and metrics, which must exist in the program.
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "test/temporary_folder.hpp"

namespace fs = std::filesystem;

namespace {

std::string source() {
  std::string all;
  for (const char* folder : {"server", "http", "auth", "store"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(TACIT_SOURCE_DIR) / folder)) {
      if (entry.path().extension() == ".cpp") all += tacit::test::content_of(entry.path());
    }
  }
  return all;
}

std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end; ++match) {
    found.insert(match->str(1));
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runbook)

BOOST_AUTO_TEST_CASE(searches_in_logs_name_existing_events) {
  const std::string guide = tacit::test::content_of(fs::path(TACIT_SOURCE_DIR) / "conf/OPERATING.md");
  // A pattern without an event would match any line with the word, such as a probe of /readyz.
  BOOST_TEST(matches(guide, R"((?:`|; )J ([^'][^`;]*))").empty());
  const auto events = matches(guide, R"-(J '"event":"([^"]*)"')-");
  BOOST_TEST(events.size() > 5u);
  const std::string code = source();
  for (const std::string& event : events) BOOST_TEST(code.find('"' + event + '"') != std::string::npos, event);
}

BOOST_AUTO_TEST_CASE(searches_in_metrics_name_existing_metrics) {
  const std::string guide = tacit::test::content_of(fs::path(TACIT_SOURCE_DIR) / "conf/OPERATING.md");
  const auto metrics = matches(guide, R"(M \^([a-z_]*))");
  BOOST_TEST(metrics.size() > 3u);
  const std::string code = source();
  for (const std::string& metric : metrics) BOOST_TEST(code.find('"' + metric) != std::string::npos, metric);
}

BOOST_AUTO_TEST_CASE(every_alert_is_in_the_guide) {
  const std::string guide = tacit::test::content_of(fs::path(TACIT_SOURCE_DIR) / "conf/OPERATING.md");
  const auto alerts =
      matches(tacit::test::content_of(fs::path(TACIT_SOURCE_DIR) / "conf/alert-rules.yml"), R"(- alert: (\w+))");
  BOOST_TEST(alerts.size() > 20u);
  for (const std::string& alert : alerts) BOOST_TEST(guide.find("\n| " + alert + " |") != std::string::npos, alert);
}

BOOST_AUTO_TEST_SUITE_END()
