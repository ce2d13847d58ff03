// How a store of format 1 becomes one of format 2 (store/rows/store_meta.hpp), by a server that has it open.
//
// In two steps, each a write of its own:
//   1. If no process of an older build has the store open (store/lmdb/environment/process_mark.hpp), its format rises.
//   Older builds do
//      not open it from then on: they say that they do not know the format.
//   2. One may have opened it between the look and the commit. So once more, in a later transaction: if there is none
//      now, the store says that rows of format 2 may be written, and nobody who cannot read them ever comes again.
// Each look is made with the write lock held, so that of several servers one takes the step. A process that dies at any
// point leaves a state from which the next one goes on. While an older process has the store open, or somebody feigns
// that, everything is served as before, with rows of format 1.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "store/engine/engine.hpp"

namespace tacit::store {

class LmdbEnv;

/// When the writer thread does that. All of it is that thread's.
class FormatRise {
 public:
  using Clock = std::chrono::steady_clock;

  /// Looks every `interval` until the store is of the newest format. `raised` is told of the new format, once,
  /// by the process that raised it.
  FormatRise(const LmdbEnv& env, std::chrono::milliseconds interval, std::function<void(std::uint32_t)> raised);

  /// When `next` wants to be called; time_point::max() if never any more.
  Clock::time_point due() const { return due_; }
  /// The write to run now, if there is one. It must be answered before the next call.
  std::optional<Write> next(Clock::time_point now);

 private:
  enum class Took : std::uint8_t { nothing, raised, settled };
  /// Whichever step is the next one.
  Task<bool> take_step(Transaction& transaction);
  /// `kept`: the step that was run is durable.
  void answered(bool kept);

  const LmdbEnv& env_;
  const std::chrono::milliseconds interval_;
  const std::function<void(std::uint32_t)> raised_;
  Clock::time_point due_;
  Took took_ = Took::nothing;  ///< in the last run of a step
};

}  // namespace tacit::store
