// Who a request speaks for, once its credential was checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/uuid.hpp"
#include "store/model/api_key.hpp"

namespace tacit::auth {

struct Principal {
  crypto::Uuid tenant;
  store::Scope scopes = store::Scope::none;
  std::string actor;  ///< as the audit names it: "api-key:<id>"
  /// When an API key that this is ends, in microseconds since the Unix epoch: no key that it makes may go on longer. A
  /// token's own end, minutes away, does not bind the keys that its user makes, and is not here.
  std::optional<std::int64_t> expires_at{};
  std::string api_key{};  ///< the id of an API key that this is; empty: it is none
};

}  // namespace tacit::auth
