// Raises a store to the newest format that servers give it (store/rows/store_meta.hpp), by a server that has it open.
//
// In two steps, each a separate write:
//   1. If no process of an older build has the store open (store/lmdb/environment/process_mark.hpp), its format rises.
//      From then on older builds refuse to open it, because they do not know the format.
//   2. An older process may have opened it between the check and the commit. So a later transaction checks once more:
//      if there is none, the store says that rows of that format may be written, because no process that cannot read
//      them remains.
// Each check holds the write lock, so only one of several servers takes the step. A process that dies at any point
// leaves a state from which the next one continues. While an older process has the store open, or a process pretends
// that, the servers work as before, with rows of the older format. A store rises from any older format at once.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "store/engine/engine.hpp"
#include "store/lmdb/environment/process_mark.hpp"

namespace tacit::store {

class LmdbEnv;

/// Schedules these steps on the writer thread. Used on that thread only.
class FormatRise {
 public:
  using Clock = std::chrono::steady_clock;

  /// Checks every `interval` until the store takes rows of the format `target`: 2, 3 or 5. `raised` receives the new
  /// format of the store, once, in the process that raised it.
  FormatRise(const LmdbEnv& env, std::uint32_t target, std::chrono::milliseconds interval,
             std::function<void(std::uint32_t)> raised);

  /// When to call `next`; time_point::max(): never again.
  Clock::time_point due() const { return due_; }
  /// The write to run now, if there is one. It must be answered before the next call.
  std::optional<Write> next(Clock::time_point now);

 private:
  enum class Took : std::uint8_t { nothing, raised, settled };
  /// Of builds that do not know the target.
  OlderProcesses older_processes() const;
  /// Takes the next step, whichever it is.
  Task<bool> take_step(Transaction& transaction);
  /// `kept`: the step's write is durable.
  void answered(bool kept);

  const LmdbEnv& env_;
  const std::uint32_t target_;
  const std::chrono::milliseconds interval_;
  const std::function<void(std::uint32_t)> raised_;
  Clock::time_point due_;
  Took took_ = Took::nothing;  ///< by the last run of a step
  std::uint32_t raised_to_ = 0;
};

}  // namespace tacit::store
