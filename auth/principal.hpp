// Who a request speaks for, once its credential was checked.
#pragma once

#include <string>

#include "crypto/uuid.hpp"
#include "store/api_key.hpp"

namespace tacit::auth {

struct Principal {
  crypto::Uuid tenant;
  store::Scope scopes = store::Scope::none;
  std::string actor;  ///< as the audit names it: "api-key:<id>"
};

}  // namespace tacit::auth
