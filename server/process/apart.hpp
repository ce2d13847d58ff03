// A part of a command that runs in a child process. The child gives up root, and a damaged file may crash it, while the
// command keeps its keyrings and the files that it publishes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "crypto/files/descriptor.hpp"
#include "server/config/command_option_defaults.hpp"
#include "store/engine/whereabouts.hpp"

namespace tacit::server {

/// The function of the part. Returns its answer, a text of at most 1 MiB.
using Part = std::function<std::string()>;

/// A running part. Construct it while the process has one thread.
class Apart {
 public:
  /// Starts the child and flushes standard output before. Throws CommandFailed if no process can be created.
  /// `works_on`: the file that error messages name.
  explicit Apart(const Part& part, std::filesystem::path works_on = {});
  Apart(const Apart&) = delete;
  Apart& operator=(const Apart&) = delete;
  /// Kills it if it still runs.
  ~Apart();

  /// Waits for the part's end. Returns its answer, or std::nullopt if it takes longer. Throws the part's UsageError or
  /// CommandFailed; CommandFailed with the message of any other exception; CommandFailed with the signal and the last
  /// position (store/engine/whereabouts.hpp) if it was killed; CommandFailed without text if it ended itself after
  /// printing the reason. SIGHUP, SIGINT, SIGQUIT, SIGPIPE or SIGTERM in the child ends this process, too.
  std::optional<std::string> wait(std::optional<std::chrono::milliseconds> most = std::nullopt);
  /// Likewise, as long as the part makes progress. After `stall` without progress it is killed, and CommandFailed
  /// contains its position. Does not wait for a process that waits for a disk and cannot be killed. Time in which the
  /// part waits for others (WaitsForOthers), or both processes are stopped, does not count.
  std::string wait_while_it_goes_on(std::chrono::milliseconds stall = default_stall);
  /// For a caller that waits for the part in another way: adds the time that it has waited. If the part makes no
  /// progress for `stall` in all, kills it and throws as wait_while_it_goes_on does. Always pass the same `stall`.
  void count_wait(std::chrono::milliseconds waited, std::chrono::milliseconds stall = default_stall);
  void signal(int number) const;

 private:
  class StallClock;
  enum class Read : std::uint8_t { all, late, stalled };
  Read read_until(std::optional<std::chrono::steady_clock::time_point> deadline, StallClock* stall);
  std::string take_answer();
  std::optional<int> reap(std::chrono::milliseconds most);
  [[noreturn]] void give_up(std::chrono::milliseconds stall);
  std::string value_of(int status) const;
  std::string how_far() const;

  const std::filesystem::path works_on_;
  store::Whereabouts* whereabouts_ = nullptr;  ///< shared with the child
  pid_t child_ = -1;
  crypto::Descriptor answer_;
  std::string text_;
  std::unique_ptr<StallClock> counted_;  ///< of count_wait
};

/// What error messages name for that store: the file in its folder, or its place in etcd.
std::filesystem::path data_of(const std::filesystem::path& store);

/// Runs the part, which opens that store, in a child, and returns its answer. `stall`: the child's longest time without
/// progress.
std::string run_apart(const std::filesystem::path& store, const Part& part,
                      std::chrono::milliseconds stall = default_stall);

/// In such a child, makes the kernel end this process when its parent ends. A change of the user resets this, so it is
/// called again afterwards.
void end_with_parent();

}  // namespace tacit::server
