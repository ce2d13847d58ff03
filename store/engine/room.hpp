// How much more the store can hold, for operators.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tacit::store {

struct Room {
  std::uint64_t map_bytes = 0;       ///< the whole map (map-size)
  std::uint64_t map_free_bytes = 0;  ///< of these bytes: never used, or free again
  std::uint64_t disk_bytes = 0;      ///< bytes of the disk for the store: allocated ahead for its file, or free

  // In words, for operators. std::nullopt while there is enough room.
  std::optional<std::string> warning;          ///< room is short, while only refusals are refused
  std::optional<std::string> growth_refused;   ///< secrets and API keys cannot be added
  std::optional<std::string> logging_refused;  ///< secrets cannot be released either: their audit entries have no room
};

}  // namespace tacit::store
