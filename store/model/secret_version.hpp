// The values that a secret has had and that are still stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tacit::store {

/// One of them, in the tenant's view: never the value.
struct SecretVersion {
  std::uint32_t number = 0;
  std::optional<std::string> display{};
  std::int64_t created_at = 0;  ///< when it became the secret's value; microseconds since the Unix epoch
  bool current = false;
};

}  // namespace tacit::store
