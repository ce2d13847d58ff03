#include "http/api/readiness.hpp"

#include <optional>
#include <utility>

namespace tacit::http {

std::vector<std::string> reasons_not_ready(Plane plane, const store::Store& store, const store::Room& room,
                                           bool draining, bool serves_api) {
  std::vector<std::string> reasons;
  if (draining) reasons.emplace_back("draining");
  if (auto unwilling = store.health().unwilling()) reasons.push_back(std::move(*unwilling));
  if (auto displaced = store.health().state().displaced()) reasons.push_back(std::move(*displaced));
  // Clients' changes need more room than audit entries alone.
  const bool adds = plane == Plane::api || (plane == Plane::admin && serves_api);
  const std::optional<std::string>& no_room = adds ? room.growth_refused : room.logging_refused;
  if (no_room) reasons.push_back(*no_room);
  return reasons;
}

}  // namespace tacit::http
