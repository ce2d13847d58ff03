// Writing log lines to standard error while a server runs, and to a descriptor that stalls or fails.
#include "http/log/log_writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <array>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "http/log/log_descriptor.hpp"
#include "test/says.hpp"

using namespace tacit::http;
using namespace std::chrono_literals;

namespace {

/// Starts a child process that runs `work` with `errors` as its standard error.
template <class Work>
pid_t begin_child(int errors, Work work) {
  const pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child > 0) return child;
  ::alarm(60);
  ::dup2(errors, STDERR_FILENO);
  ::_exit(work());
}

/// The process's exit code; 255 if a signal ended it.
int end_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

template <class Work>
int in_child(int errors, Work work) {
  return end_of(begin_child(errors, work));
}

std::string content_of(int file) {
  std::string text(1 << 20, '\0');
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

struct File {
  File() : stream(std::tmpfile()) { BOOST_REQUIRE(stream != nullptr); }
  ~File() { std::fclose(stream); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return ::fileno(stream); }
  std::FILE* const stream;
};

struct Pipe {
  Pipe() { BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(std::size_t index) {
    if (ends[index] >= 0) ::close(ends[index]);
    ends[index] = -1;
  }
  std::array<int, 2> ends{};
};

/// Reads to the end, or until no byte has come for the given time.
std::string read_all(int descriptor, int patience_ms) {
  std::string all;
  std::array<char, 4096> part{};
  for (;;) {
    pollfd poll{descriptor, POLLIN, 0};
    if (::poll(&poll, 1, patience_ms) <= 0) return all;
    const ssize_t size = ::read(descriptor, part.data(), part.size());
    if (size <= 0) return all;
    all.append(part.data(), static_cast<std::size_t>(size));
  }
}

std::string line_of(std::size_t size, char letter) {
  std::string line(size, letter);
  line.back() = '\n';
  return line;
}

void log_event(const std::string& event) { log(LogLine(LogLevel::info, event)); }

using tacit::test::says;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

const std::string dropped_event = "\"event\":\"log_lines_dropped\"";

std::string number_after(const std::string& text, const std::string& name) {
  const auto begin = text.find(name) + name.size();
  return text.substr(begin, text.find_first_not_of("0123456789", begin) - begin);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_writer)

BOOST_AUTO_TEST_CASE(queued_lines_are_written_once_and_in_their_order) {
  const File file;
  const int code = in_child(file.descriptor(), [] {
    start_log_writer();
    for (int i = 0; i < 100; ++i) log_event("e" + std::to_string(i) + "e");
    return flush_log(30s) ? 0 : 1;
  });
  BOOST_TEST(code == 0);
  const std::string text = content_of(file.descriptor());
  std::size_t before = 0;
  for (int i = 0; i < 100; ++i) {
    const auto at = text.find("\"e" + std::to_string(i) + "e\"}\n");
    BOOST_REQUIRE(at != text.npos);
    BOOST_TEST(at >= before);
    before = at;
  }
  BOOST_TEST(count_of(text, "\n") == 100U);
}

BOOST_AUTO_TEST_CASE(a_stalled_reader_delays_nothing_and_learns_of_dropped_lines) {
  Pipe pipe;
  const Pipe go_on;
  const pid_t child = begin_child(pipe.ends[1], [&] {
    start_log_writer();
    const std::string filler(1000, 'x');
    for (int i = 0; i < 10'000; ++i) {
      LogBuffer access;
      LogLine line(LogLevel::info, "request");
      access.add(line.field("filler", filler));
    }
    for (int i = 0; i < 1000; ++i) log(LogLine(LogLevel::error, "bad").field("i", i));
    LogLine head(LogLevel::info, "audit_head");
    log_always(head);
    if (flush_log(10ms)) return 1;
    const LogCounts dropped = dropped_log_lines();
    if (dropped[0] < 1000 || dropped[1] != 0 || dropped[2] != 0 || dropped[3] != 0) return 2;
    if (::write(go_on.ends[1], "g", 1) != 1) return 3;
    return flush_log(30s) ? 0 : 4;
  });
  pipe.close_end(1);
  pollfd poll{go_on.ends[0], POLLIN, 0};
  BOOST_TEST(::poll(&poll, 1, 30'000) == 1);
  const std::string text = read_all(pipe.ends[0], 30'000);
  BOOST_TEST(end_of(child) == 0);
  BOOST_TEST(count_of(text, "\"event\":\"bad\"") == 1000U);
  BOOST_TEST(count_of(text, "\"event\":\"audit_head\"") == 1U);
  const std::size_t kept = count_of(text, "\"event\":\"request\"");
  BOOST_TEST(kept > 0U);
  // Each batch reports what was dropped since the one before: there are several reports if its thread began late.
  std::uint64_t reported = 0;
  for (auto at = text.find(dropped_event); at != text.npos; at = text.find(dropped_event, at + 1)) {
    const std::string report = text.substr(at, text.find('\n', at) - at);
    const std::string lines = number_after(report, "\"lines\":");
    BOOST_TEST(says(report, lines + " lines dropped"));
    BOOST_TEST(says(report, "\"access\":" + lines + ",\"other\":0,\"error\":0,\"audit_head\":0"));
    BOOST_TEST(text.find("\"event\":\"request\"") < at);
    reported += std::stoull(lines);
  }
  BOOST_TEST(reported == 10'000 - kept);
}

BOOST_AUTO_TEST_CASE(unwritable_lines_are_counted) {
  Pipe pipe;
  const int code = in_child(pipe.ends[1], [&] {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    pipe.close_end(0);
    pipe.close_end(1);
    ::close(STDERR_FILENO);
    start_log_writer();
    log(LogLine(LogLevel::error, "lost"));
    log_event("lost");
    if (!flush_log(30s)) return 1;
    const LogCounts dropped = dropped_log_lines();
    return dropped[1] == 1 && dropped[2] == 1 ? 0 : 2;
  });
  BOOST_TEST(code == 0);
}

BOOST_AUTO_TEST_CASE(a_forked_child_writes_only_its_own_lines) {
  const File file;
  const int code = in_child(file.descriptor(), [] {
    start_log_writer();
    for (int i = 0; i < 20; ++i) {
      log_event("parent" + std::to_string(i) + "p");
      const pid_t child = ::fork();
      if (child == 0) {
        log_event("child" + std::to_string(i) + "c");
        ::_exit(flush_log(0s) ? 0 : 1);
      }
      int status = -1;
      ::waitpid(child, &status, 0);
      if (status != 0) return 1;
    }
    return flush_log(30s) ? 0 : 2;
  });
  BOOST_TEST(code == 0);
  const std::string text = content_of(file.descriptor());
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(count_of(text, "\"parent" + std::to_string(i) + "p\"") == 1U);
    BOOST_TEST(count_of(text, "\"child" + std::to_string(i) + "c\"") == 1U);
  }
  BOOST_TEST(count_of(text, "\n") == 40U);
}

BOOST_AUTO_TEST_CASE(lines_have_priorities_in_the_journal) {
  const File file;
  struct stat status {};
  BOOST_REQUIRE(::fstat(file.descriptor(), &status) == 0);
  const std::string own = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  const int code = in_child(file.descriptor(), [&] {
    ::setenv("JOURNAL_STREAM", own.c_str(), 1);
    look_for_journal();
    log_event("news");
    log(LogLine(LogLevel::warn, "doubt"));
    start_log_writer();
    log(LogLine(LogLevel::error, "fault"));
    log_plain(LogLevel::error, "tacit: no such file");
    return flush_log(30s) ? 0 : 1;
  });
  BOOST_TEST(code == 0);
  const std::string text = content_of(file.descriptor());
  BOOST_TEST(text.starts_with("<6>{\"time\":"));
  BOOST_TEST(says(text, "\n<4>{\"time\":"));
  BOOST_TEST(says(text, "\n<3>{\"time\":"));
  BOOST_TEST(text.ends_with("\n<3>tacit: no such file\n"));
}

BOOST_AUTO_TEST_CASE(the_journal_is_recognized_by_device_and_inode) {
  const File file;
  struct stat status {};
  BOOST_REQUIRE(::fstat(file.descriptor(), &status) == 0);
  const std::string device = std::to_string(status.st_dev);
  const std::string inode = std::to_string(status.st_ino);
  BOOST_TEST(is_journal(file.descriptor(), (device + ":" + inode).c_str()));
  BOOST_TEST(!is_journal(file.descriptor(), nullptr));
  for (const std::string& other : {device + ":" + std::to_string(status.st_ino + 1),
                                   std::to_string(status.st_dev + 1) + ":" + inode, device + inode, std::string(),
                                   ":" + inode, device + ":", device + ":" + inode + " ", "-" + device + ":" + inode}) {
    BOOST_TEST(!is_journal(file.descriptor(), other.c_str()), other);
  }
  BOOST_TEST(!is_journal(-1, (device + ":" + inode).c_str()));
}

BOOST_AUTO_TEST_CASE(the_next_line_begins_on_its_own_after_one_that_was_cut_off) {
  const File file;
  const int code = in_child(STDERR_FILENO, [&] {
    static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
    const rlimit most{100, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &most);
    LogDescriptor descriptor(file.descriptor());
    if (descriptor.write(line_of(150, 'a'))) return 1;
    const rlimit more{1000, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &more);
    return descriptor.write("next\n") ? 0 : 2;
  });
  BOOST_TEST(code == 0);
  const std::string text = content_of(file.descriptor());
  BOOST_TEST(text.size() == 100 + 1 + 5U);
  BOOST_TEST(text.ends_with("a\nnext\n"));
}

BOOST_AUTO_TEST_CASE(pipes_and_sockets_get_what_they_take_in_one_piece) {
  const Pipe pipe;
  BOOST_TEST(LogDescriptor(pipe.ends[1]).most_at_once() == std::size_t{PIPE_BUF});
  std::array<int, 2> sockets{};
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) == 0);
  LogDescriptor descriptor(sockets[1]);
  BOOST_TEST(descriptor.most_at_once() == std::size_t{PIPE_BUF});
  const std::string line = line_of(300'000, 'x');  // more than the socket accepts at once
  std::string text;
  std::thread reader([&] { text = read_all(sockets[0], 2000); });
  BOOST_TEST(descriptor.write(line));
  reader.join();
  BOOST_TEST((text == line));
  ::close(sockets[0]);
  BOOST_TEST(!descriptor.write("nobody is there\n"));
  ::close(sockets[1]);
}

BOOST_AUTO_TEST_SUITE_END()
