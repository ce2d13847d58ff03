// Lines on standard error, and the effect of the level.
#include "http/log/log.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <string>

using namespace tacit::http;

namespace {

/// Redirects standard error to a file during its lifetime.
class Captured {
 public:
  Captured() : file_(std::tmpfile()), kept_(::dup(STDERR_FILENO)) {
    BOOST_REQUIRE(file_ != nullptr);
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  ~Captured() {
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
    std::fclose(file_);
    set_log_level(LogLevel::info);
  }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  std::string text() const {
    std::string text(4096, '\0');
    const ssize_t size = ::pread(::fileno(file_), text.data(), text.size(), 0);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }
  bool has(const std::string& event) const { return text().find("\"event\":\"" + event + "\"") != std::string::npos; }

 private:
  std::FILE* const file_;
  const int kept_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(lines_below_the_level_are_dropped) {
  const Captured captured;
  set_log_level(LogLevel::warn);
  log(LogLine(LogLevel::info, "too_low"));
  log(LogLine(LogLevel::warn, "just_right"));
  log(LogLine(LogLevel::error, "above"));
  set_log_level(LogLevel::debug);
  log(LogLine(LogLevel::debug, "now_low_enough"));
  BOOST_TEST(!captured.has("too_low"));
  BOOST_TEST(captured.has("just_right"));
  BOOST_TEST(captured.has("above"));
  BOOST_TEST(captured.has("now_low_enough"));
}

BOOST_AUTO_TEST_CASE(evidence_is_written_at_any_level) {
  const Captured captured;
  set_log_level(LogLevel::error);
  LogLine line(LogLevel::info, "audit_head");
  log_always(line);
  BOOST_TEST(captured.has("audit_head"));
}

BOOST_AUTO_TEST_CASE(text_of_a_peer_cannot_control_a_terminal) {
  const Captured captured;
  log(LogLine(LogLevel::warn, "told").field("reason", "a\x1b[2J\n\xc2\x9b\x7f\xe2\x80\xae\x9b \"caf\xc3\xa9\""));
  BOOST_TEST(captured.text().ends_with(
      ",\"reason\":\"a\\u001b[2J\\n\\u009b\\u007f\\u202e\xef\xbf\xbd \\\"caf\xc3\xa9\\\"\"}\n"));
}

BOOST_AUTO_TEST_SUITE_END()
