// A folder with a configuration, in which the real program runs as an operator runs it.
#pragma once

#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "test/temporary_folder.hpp"

namespace tacit::test {

inline constexpr const char* tenant = "0190a5d0-0000-7000-8000-000000000001";

struct Finished {
  int code = -1;
  std::string out;
  std::string err;
};

[[noreturn]] inline void become(std::vector<std::string> words, const std::string& out, const std::string& err) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char no_variables[] = "LC_ALL=C";
  char* environment[] = {no_variables, nullptr};
  const int out_file = ::open(out.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  bool ready = ::dup2(out_file, STDOUT_FILENO) == STDOUT_FILENO;
  // Without a file, standard input and standard error stay unchanged.
  if (!err.empty()) {
    const int err_file = ::open(err.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ready = ready && ::dup2(err_file, STDERR_FILENO) == STDERR_FILENO;
    ready = ready && ::dup2(nothing, STDIN_FILENO) == STDIN_FILENO;
  }
  if (ready) ::execve(TACIT_BINARY, arguments.data(), environment);
  ::_exit(127);
}

// A folder with a configuration for commands.
struct Installation {
  Installation() {
    configuration =
        directory.write("tacit.conf", "root-public-keyring = " + (directory / "public").string() +
                                          "\nroot-private-keyring = " + (directory / "private").string() +
                                          "\nmetadata-keyring = " + (directory / "metadata").string() +
                                          "\nstore = " + (directory / "store").string() + "\nmap-size = 64M\n");
  }

  Finished run(std::vector<std::string> words, const std::string& out = {}) const {
    words.insert(words.begin(), "tacit");
    words.insert(words.end(), {"--config", configuration.string()});
    const std::string out_file = out.empty() ? (directory / "out").string() : out;
    const std::string err_file = (directory / "err").string();
    const pid_t child = ::fork();
    if (child == 0) become(std::move(words), out_file, err_file);
    int status = 0;
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
    Finished finished{WIFEXITED(status) ? WEXITSTATUS(status) : -1, {}, content_of(err_file)};
    if (out.empty()) finished.out = content_of(out_file);
    return finished;
  }
  // Likewise, with a terminal as standard input and standard error. The answer is typed on it.
  Finished run_on_terminal(std::vector<std::string> words, const std::string& answer) const {
    words.insert(words.begin(), "tacit");
    words.insert(words.end(), {"--config", configuration.string()});
    const std::string out_file = (directory / "out").string();
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) become(std::move(words), out_file, {});
    BOOST_TEST_REQUIRE(child > 0);
    const std::string typed = answer + "\n";
    BOOST_TEST(::write(terminal, typed.data(), typed.size()) == static_cast<ssize_t>(typed.size()));
    Finished finished;
    char part[4096];
    for (ssize_t size = 0; (size = ::read(terminal, part, sizeof part)) > 0;) {
      finished.err.append(part, static_cast<std::size_t>(size));
    }
    ::close(terminal);
    int status = 0;
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
    finished.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    finished.out = content_of(out_file);
    return finished;
  }
  // Runs a command that must succeed. Returns its output.
  std::string good(const std::vector<std::string>& words) const {
    const auto finished = run(words);
    BOOST_TEST(finished.code == 0, finished.err);
    return finished.out;
  }
  // Runs a command that must be refused with one line. Returns that line.
  std::string refused(const std::vector<std::string>& words, int code = 2) const {
    const auto finished = run(words);
    BOOST_TEST(finished.code == code);
    BOOST_TEST(finished.out == "");
    BOOST_TEST(std::count(finished.err.begin(), finished.err.end(), '\n') == 1, finished.err);
    BOOST_TEST(finished.err.starts_with("tacit: "));
    return finished.err;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      const auto name = entry.path().filename().string();
      if (name != "tacit.conf" && name != "out" && name != "err") names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder directory;
  std::filesystem::path configuration;
};

struct MadeInstallation : Installation {
  MadeInstallation() { good({"init"}); }
};

}  // namespace tacit::test
