#include "server/units_of_measure.hpp"

#include <array>
#include <cstdlib>

namespace tacit::server {

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{" B", " KiB", " MiB", " GiB", " TiB"};
  if (bytes < 1024) return std::to_string(bytes) + units[0];
  // In tenths of the unit, so that it does not become floating point.
  std::uint64_t tenths = 0;
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < units.size(); ++unit) {
    tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024;
    bytes /= 1024;
  }
  std::string text = std::to_string(tenths / 10);
  if (tenths < 100 && tenths % 10 != 0) text += '.' + std::to_string(tenths % 10);
  return text + units[unit];
}

std::string human_time(std::int64_t seconds) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  constexpr std::array<Unit, 3> units{Unit{86400, " days"}, Unit{3600, " h"}, Unit{60, " min"}};
  const std::int64_t size = std::llabs(seconds);
  for (const Unit& unit : units) {
    if (size >= 2 * unit.seconds) return std::to_string(size / unit.seconds) + unit.name;
  }
  return std::to_string(size) + " s";
}

}  // namespace tacit::server
