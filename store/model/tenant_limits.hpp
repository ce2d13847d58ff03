// One tenant's limits instead of the configured defaults, except for the byte quota (store/model/quota.hpp).
#pragma once

#include <cstdint>
#include <optional>

namespace tacit::store {

/// std::nullopt: the default applies.
struct TenantLimits {
  std::optional<std::uint32_t> requests_per_second{};
  std::optional<std::uint32_t> request_burst{};  ///< requests in one burst
  std::optional<std::uint32_t> api_keys{};       ///< keys that are not revoked
  std::optional<std::uint32_t> secrets{};        ///< secrets that may be stored
  std::optional<bool> strict_binding{};          ///< whether values are sealed with their tool and argument

  bool operator==(const TenantLimits&) const = default;
};

}  // namespace tacit::store
