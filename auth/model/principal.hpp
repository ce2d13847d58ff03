// The authenticated party of a request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/ids/uuid.hpp"
#include "store/model/api_key.hpp"

namespace tacit::auth {

struct Principal {
  crypto::Uuid tenant;
  store::Scope scopes = store::Scope::none;
  std::string actor;  ///< the audit's name for it, such as "api-key:<id>"
  /// The expiry of the authenticating API key, in microseconds since the Unix epoch: a key that it creates may not live
  /// longer. Not set for a token: its short lifetime does not limit the keys that its user creates.
  std::optional<std::int64_t> expires_at{};
  std::string api_key{};  ///< the id of the authenticating API key; empty for a token
};

}  // namespace tacit::auth
