// Compacts etcd's history: without it every former value of every key stays, deleted secrets too. Of the processes that
// take part, the one that holds the lease key "w" ‖ "compactor" does it, once a minute, up to the revision that was the
// newest `keep_history` ago, but never above a revision that a long walk has pinned (store/etcd/room/revision_pin.hpp).
//
// Nothing worse than needless work comes of two that compact at once, or of one that was stopped for long: the revision
// was chosen as one that is older than `keep_history`, so no pin that was made meanwhile is below it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "store/etcd/engine/background.hpp"
#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

struct CompactorOptions {
  std::chrono::seconds keep_history = std::chrono::minutes(5);  ///< at least a minute, else a minute
};

struct CompactorFigures {
  bool holds_lease = false;       ///< this process compacts
  std::uint64_t compactions = 0;  ///< by this process
  std::int64_t compacted = 0;     ///< the revision of its last one
  std::int64_t lowest_pin = 0;    ///< 0: none
  std::string failure{};          ///< of the last attempt, in words
};

/// Thread-safe.
class Compactor {
 public:
  static constexpr std::chrono::seconds interval{60};

  Compactor(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys,
            CompactorOptions options);
  Compactor(const Compactor&) = delete;
  Compactor& operator=(const Compactor&) = delete;
  /// Leaves the lease key to expire.
  ~Compactor();

  CompactorFigures figures() const;

 private:
  class State;
  const std::shared_ptr<State> state_;
};

}  // namespace tacit::store::etcd
