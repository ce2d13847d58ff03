// A part of a command that runs in a child process: it gives up root there, and may be killed by what it reads, while
// the command goes on with its keyrings and with the files that it publishes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "crypto/descriptor.hpp"

namespace tacit::server {

/// What the part answers: a text of its own making, at most 1 MiB.
using Part = std::function<std::string()>;

/// A part under way. Start it while the process has one thread.
class Apart {
 public:
  /// Throws CommandFailed if there can be no process. What was printed by then is flushed.
  explicit Apart(const Part& part);
  Apart(const Apart&) = delete;
  Apart& operator=(const Apart&) = delete;
  /// Kills it if it still runs.
  ~Apart();

  /// Waits for its end and answers what it answered, or nothing if it takes longer. Throws what it threw, if that was
  /// UsageError or CommandFailed; a CommandFailed with its words for any other exception, or if it was killed; one
  /// without words if it ended itself and has said why. A signal that ends programs ends this one too.
  std::optional<std::string> wait(std::optional<std::chrono::milliseconds> most = std::nullopt);
  void signal(int number) const;

 private:
  bool read_until(std::optional<std::chrono::steady_clock::time_point> deadline);

  pid_t child_ = -1;
  crypto::Descriptor answer_;
  std::string text_;
};

/// Runs the part, which opens that store, in a child if it would give up root for it, else here.
std::string run_apart(const std::filesystem::path& store, const Part& part);

/// Has the kernel end this process when its parent ends, if it is such a child. A change of the user undoes that, so it
/// is asked for again then.
void end_with_parent();

}  // namespace tacit::server
