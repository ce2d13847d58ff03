// What an operator allows one tenant instead of the configured defaults, its bytes (store/model/quota.hpp) apart.
#pragma once

#include <cstdint>
#include <optional>

namespace tacit::store {

/// Nothing: the default holds.
struct TenantLimits {
  std::optional<std::uint32_t> requests_per_second{};
  std::optional<std::uint32_t> request_burst{};  ///< requests that may come at once
  std::optional<std::uint32_t> api_keys{};       ///< keys that are not revoked
  std::optional<std::uint32_t> secrets{};        ///< secrets that may be stored

  bool operator==(const TenantLimits&) const = default;
};

}  // namespace tacit::store
