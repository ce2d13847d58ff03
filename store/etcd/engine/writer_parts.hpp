// What the writer needs from the rest of the engine: the audit slot and the room. store/etcd/open makes them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "store/engine/room.hpp"
#include "store/etcd/etcd_options.hpp"
#include "store/etcd/rpc/etcd_client.hpp"
#include "store/model/growth.hpp"

namespace tacit::store::etcd {

/// The audit slot that this process continues.
struct WriterSlot {
  AuditSlot slot;
  std::uint64_t generation = 0;  ///< rises each time a slot is taken
};

/// Thread-safe functions that do not wait. None may be empty.
struct WriterParts {
  /// std::nullopt while the process has none.
  std::function<std::optional<WriterSlot>()> slot;
  /// Another process has written to that slot's head.
  std::function<void(AuditSlot)> slot_lost;
  /// The store was deleted, or another one is in its place, so nothing can be written any more. May be called again.
  std::function<void()> replaced;
  /// Why such writes are refused for lack of room; std::nullopt: they are not.
  std::function<std::optional<std::string>(Growth)> refuses;
  /// etcd refused a commit for lack of room.
  std::function<void()> no_room;
  /// etcd has applied a commit.
  std::function<void()> applied;
};

}  // namespace tacit::store::etcd
