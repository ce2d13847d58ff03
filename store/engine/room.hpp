// How much more the store can keep, as those are told who run it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tacit::store {

struct Room {
  std::uint64_t map_bytes = 0;       ///< the whole map (map-size)
  std::uint64_t map_free_bytes = 0;  ///< of it: never used, or free again
  std::uint64_t disk_bytes = 0;      ///< what the disk has for the store: taken ahead for its file, or free

  // In words, for operators. Nothing while all is well.
  std::optional<std::string> warning;          ///< room gets short, long before anything but refusals is refused
  std::optional<std::string> growth_refused;   ///< secrets and API keys cannot be added
  std::optional<std::string> logging_refused;  ///< likewise not released: their audit entries have no room
};

}  // namespace tacit::store
