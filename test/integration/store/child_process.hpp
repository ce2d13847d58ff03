// The child of a process that a test started, for commands that open the store in a child process.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace tacit::test {

/// As proc(5) describes it; empty if there is no such process.
inline std::string status_of_process(const std::string& process) {
  std::ifstream status("/proc/" + process + "/status");
  return {std::istreambuf_iterator<char>(status), {}};
}

/// The first child of the process; the process itself while it has none.
inline pid_t child_of(pid_t process) {
  const std::string parent = "\nPPid:\t" + std::to_string(process) + "\n";
  for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (status_of_process(name).find(parent) != std::string::npos) return static_cast<pid_t>(std::stol(name));
  }
  return process;
}

/// Waits until a process that is no child of this one has ended. False if it has not after 10 s.
inline bool has_ended(pid_t process) {
  for (int i = 0; i < 1000; ++i) {
    const std::string status = status_of_process(std::to_string(process));
    if (status.empty()) return true;
    // A killed process is a zombie while its other threads still hold its files and locks.
    const bool alone =
        status.find("\nThreads:\t0\n") != std::string::npos || status.find("\nThreads:\t1\n") != std::string::npos;
    if (alone && status.find("\nState:\tZ") != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace tacit::test
