// A write that was submitted, from the queue to its answer.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "store/etcd/engine/read_driver.hpp"

namespace tacit::store::etcd {

/// For one thread at a time.
struct Job {
  Job(Write what, Clock::time_point when) : write(std::move(what)), accepted(when) {}

  /// Once.
  void answer(std::optional<Errc> failure) {
    driver.reset();
    const auto done = std::exchange(write.done, nullptr);
    if (done) done(failure);
  }
  bool is_answered() const { return !write.done; }

  Write write;
  Clock::time_point accepted;
  unsigned conflicts = 0;          ///< commits that something that it had read made fail
  ReadSet last_reads{};            ///< of its run in the batch that failed, at that revision
  std::int64_t last_revision = 0;  ///< 0: there was none
  std::unique_ptr<ReadDriver> driver{};
};

}  // namespace tacit::store::etcd
