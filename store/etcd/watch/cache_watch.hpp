// Keeps the copies of a RowCache right: one watch of the API keys' rows, and the barriers that show how recent they are
// (store/etcd/watch/row_cache.hpp). A watch alone shows nothing: the member that serves it may be cut off from the
// others and report no changes because it sees none.
//
// Every half second a linearizable read, which a member that is cut off cannot answer, returns the present revision B.
// Then the watch is asked how far it has reported. Only a report of at least B confirms the copies, as of the instant
// when the read began. etcd reports progress to a watch only in step with its events (from 3.5.9; issue 15220).
//
// When a watch ends, the next one begins at the revision where it ended, so that nothing is missed. If that revision
// was compacted, or the store's revision falls because etcd was restored, the cache is emptied and begins again.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "store/etcd/engine/background.hpp"
#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/rpc/etcd_client.hpp"
#include "store/etcd/watch/row_cache.hpp"

namespace tacit::store::etcd {

struct WatchFigures {
  bool open = false;           ///< a watch is running
  std::uint64_t restarts = 0;  ///< watches that ended or fell silent
  std::uint64_t gaps = 0;      ///< of these, after which the cache was emptied
  std::uint64_t barriers = 0;  ///< linearizable reads that were answered
  std::uint64_t failed_barriers = 0;
  std::int64_t revisions_behind = 0;
};

/// Thread-safe.
class CacheWatch {
 public:
  /// The time between two barriers.
  static constexpr std::chrono::milliseconds interval{500};
  /// A watch that confirms no barrier for so long is replaced.
  static constexpr std::chrono::seconds longest_silence{3};

  CacheWatch(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys,
             std::shared_ptr<RowCache> cache);
  CacheWatch(const CacheWatch&) = delete;
  CacheWatch& operator=(const CacheWatch&) = delete;
  /// The cache grows stale then, and answers nothing after two seconds.
  ~CacheWatch();

  WatchFigures figures() const;

 private:
  class State;
  const std::shared_ptr<State> state_;
};

}  // namespace tacit::store::etcd
