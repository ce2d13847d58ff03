// Keeps a revision from being compacted while a long walk reads at it: a backup, an export, a check of the whole store.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "store/etcd/engine/background.hpp"
#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// From `take` to its destruction. Thread-safe.
class RevisionPin {
 public:
  /// How long the pin of a process that died counts.
  static constexpr std::chrono::seconds ttl{60};

  /// Pins that revision, or the newest if it is 0. Blocks until `deadline` at most: for commands and threads of their
  /// own. Fails with `compacted` if the revision is gone already.
  static RpcOutcome<std::unique_ptr<RevisionPin>> take(const std::shared_ptr<EtcdClient>& client,
                                                       std::shared_ptr<Schedule> schedule, const KeyMap& keys,
                                                       std::int64_t revision, Clock::time_point deadline);
  /// The same for a revision that was the newest lately, without waiting: long before it could be compacted, the pin is
  /// there. Until then, and while etcd does not take it, `lost` says so. From any thread.
  static std::unique_ptr<RevisionPin> begin(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule,
                                            const KeyMap& keys, std::int64_t revision);
  RevisionPin(const RevisionPin&) = delete;
  RevisionPin& operator=(const RevisionPin&) = delete;
  /// Ends the pin; does not wait for etcd's answer.
  ~RevisionPin();

  std::int64_t revision() const;
  /// The pin may have ended: the process was stopped or etcd did not answer for longer than `ttl`. The walk may go on,
  /// and begins again if a read fails with `compacted`.
  bool lost() const;

 private:
  class State;
  explicit RevisionPin(std::shared_ptr<State> state);
  const std::shared_ptr<State> state_;
};

}  // namespace tacit::store::etcd
