// The request bodies of API keys' routes: converts JSON to the store's types, or returns all faults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/json/faults.hpp"
#include "store/model/api_key.hpp"

namespace tacit::http {

struct NewApiKey {
  std::string name;
  store::Scope scopes = store::Scope::none;
  std::optional<std::int64_t> expires_at{};  ///< microseconds since the Unix epoch; nullopt: not given
};

/// `{"name", "scopes", "expires_at"?}`. Null in `expires_at` means not given. The expiry must be after `now`, which is
/// in microseconds since the Unix epoch.
Parsed<NewApiKey> parse_new_api_key(std::string_view body, std::int64_t now);

/// The same fields, all optional. Null in `expires_at` means never; null in the others means unchanged.
Parsed<store::ApiKeyUpdate> parse_api_key_update(std::string_view body, std::int64_t now);

}  // namespace tacit::http
