// Programs that a test starts: they end with the test, and their output is kept.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tacit::test {

/// A test's own folder, removed at the end unless TACIT_KEEP_TEST_FILES is set.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& content);

using Environment = std::map<std::string, std::string>;

/// A running child process. It is killed when this object is destroyed, and by the kernel when the test dies.
/// Start it from the main thread: the kernel ties the child's life to the thread that started it.
class Process {
 public:
  Process(const std::vector<std::string>& command, const std::filesystem::path& out, const std::filesystem::path& err,
          const Environment& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void signal(int number) const;
  /// The exit code, or 128 + the signal that ended it; std::nullopt if it still runs after `patience`.
  std::optional<int> wait(std::chrono::milliseconds patience);

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

struct Finished {
  int status = -1;
  std::string out;
  std::string err;
};
/// Runs a program to its end. Throws if it takes longer than a minute.
Finished run(const std::vector<std::string>& command, const Environment& environment = {});

}  // namespace tacit::test
