#include "store/lmdb/environment/disk_room.hpp"

#include <algorithm>
#include <limits>

namespace tacit::store {
namespace {

constexpr std::uint64_t pages_in_gibibyte = 262144;

}  // namespace

bool DiskRoom::limits() const { return ahead && taken < map; }

std::uint64_t DiskRoom::margin() const { return std::clamp<std::uint64_t>(map / 16, 64, 8192); }

std::uint64_t DiskRoom::spare() const { return (taken > touched ? taken - touched : 0) + reusable; }

std::uint64_t DiskRoom::wanted() const {
  if (taken >= std::min(map, touched + 2 * margin())) return taken;
  return std::min(map, touched + 4 * margin());
}

DiskRoom DiskRoom::after_taking() const {
  DiskRoom after = *this;
  if (refused) return after;
  const std::uint64_t more = std::min(wanted() - taken, available / 2);
  after.taken += more;
  after.available -= more;
  return after;
}

bool DiskRoom::allows(Growth growth) const {
  if (!limits()) return true;
  switch (growth) {
    case Growth::refuses:
      return spare() > margin() && !low();
    case Growth::grows:
      return spare() > margin();
    case Growth::logs:
      return spare() > margin() / 2;
    case Growth::shrinks:
      break;
  }
  return true;
}

bool DiskRoom::low() const { return limits() && (refused || available < std::min(whole / 10, pages_in_gibibyte)); }

std::uint64_t DiskRoom::batch_pages() const {
  return limits() ? spare() / 2 : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace tacit::store
