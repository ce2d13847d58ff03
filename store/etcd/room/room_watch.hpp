// Looks at the cluster once a second: the members with their alarms and how full etcd's database is, and whether a
// majority works. So the engine refuses changes before etcd does, and never asks on a request's way.
//
// Alarms are those that members report in their status: the question for alarms itself is an entry in etcd's log, and
// may need an administrator's role.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "store/engine/room.hpp"
#include "store/etcd/engine/background.hpp"
#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/etcd_options.hpp"
#include "store/etcd/room/etcd_health.hpp"
#include "store/etcd/rpc/etcd_client.hpp"
#include "store/model/growth.hpp"

namespace tacit::store::etcd {

struct RoomWatchOptions {
  std::uint64_t quota = EtcdOptions{}.quota_bytes;  ///< where the servers do not tell
  /// Without an answer of a majority for so long, the engine is unwilling to write.
  std::chrono::milliseconds patience = defaults::write_deadline;
};

/// Thread-safe. Answers from what it saw last.
class RoomWatch {
 public:
  RoomWatch(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys,
            RoomWatchOptions options);
  RoomWatch(const RoomWatch&) = delete;
  RoomWatch& operator=(const RoomWatch&) = delete;
  ~RoomWatch();

  /// std::nullopt if there is room for a change of that kind; else why not and what to do.
  std::optional<std::string> refuses(Growth growth) const;
  Room room() const;
  /// Why no change can be made at all, in words: no majority answers, members' data differ, etcd is too old.
  std::optional<std::string> unwilling() const;
  EtcdHealth health() const;
  /// How long ago a majority last answered; at first, how long this has been asking.
  std::chrono::milliseconds silence() const;

  /// A write was refused for want of room: counts until the members' answers say otherwise.
  void note_no_room();
  /// A write was applied, or a linearizable read answered: a majority works.
  void note_quorum();

 private:
  class State;
  const std::shared_ptr<State> state_;
};

}  // namespace tacit::store::etcd
