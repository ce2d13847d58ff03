// Decides which changes are refused because the store is full: such a change fails with Errc::full, which the API
// answers with status 507. The limits themselves: store/lmdb/environment/map_room.hpp and disk_room.hpp.
#pragma once

#include <optional>

#include "store/lmdb/environment/disk_room.hpp"
#include "store/lmdb/environment/map_room.hpp"

namespace tacit::store {

/// The room that is left, measured before a batch.
struct MeasuredRoom {
  MapRoom map;
  DiskRoom disk;
  bool by_figures = false;         ///< of the free list, which may be some seconds old: for people
  bool dead_cleared = false;       ///< slots of dead readers were searched, because room was short
  std::optional<MapRoom> whole{};  ///< by figures: only entries of refusals may need more pages than were counted

  /// Whether both the map and the disk have room for a change of that kind; otherwise it is refused.
  bool allows(Growth growth) const { return map.allows(growth) && disk.allows(growth); }
};

}  // namespace tacit::store
