// A part of a command that runs in a child process: it gives up root there, and may be killed by what it reads, while
// the command goes on with its keyrings and with the files that it publishes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "crypto/descriptor.hpp"
#include "store/engine/whereabouts.hpp"

namespace tacit::server {

/// What the part answers: a text of its own making, at most 1 MiB.
using Part = std::function<std::string()>;

/// How long a part may come no further before it is ended.
inline constexpr std::chrono::seconds default_stall{60};

/// A part under way. Start it while the process has one thread.
class Apart {
 public:
  /// Throws CommandFailed if there can be no process. What was printed by then is flushed. `works_on` is named where it
  /// comes to a bad end: the file that it may stumble over.
  explicit Apart(const Part& part, std::filesystem::path works_on = {});
  Apart(const Apart&) = delete;
  Apart& operator=(const Apart&) = delete;
  /// Kills it if it still runs.
  ~Apart();

  /// Waits for its end and answers what it answered, or nothing if it takes longer. Throws what it threw, if that was
  /// UsageError or CommandFailed; a CommandFailed with its words for any other exception; one that says by which signal
  /// it was killed and how far it had come (store/engine/whereabouts.hpp); one without words if it ended itself and has
  /// said why. A signal that ends programs ends this one too.
  std::optional<std::string> wait(std::optional<std::chrono::milliseconds> most = std::nullopt);
  /// Likewise, for as long as it comes further. If it does not for so long, it is killed, and CommandFailed says how
  /// far it had come. Does not wait for one that cannot be killed, because it waits for a disk. While it waits for
  /// others (WaitsForOthers) and while both are stopped, time does not count.
  std::string wait_while_it_goes_on(std::chrono::milliseconds stall = default_stall);
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
  store::Whereabouts* whereabouts_ = nullptr;  ///< shared with it
  pid_t child_ = -1;
  crypto::Descriptor answer_;
  std::string text_;
};

/// Runs the part, which opens that store, in a child if it would give up root for it, else here. The child may come no
/// further for as long as `stall`.
std::string run_apart(const std::filesystem::path& store, const Part& part,
                      std::chrono::milliseconds stall = default_stall);

/// Has the kernel end this process when its parent ends, if it is such a child. A change of the user undoes that, so it
/// is asked for again then.
void end_with_parent();

}  // namespace tacit::server
