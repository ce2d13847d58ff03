// The request bodies of API keys' routes: from JSON to what the store takes, or all that is wrong with them.
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
  std::optional<std::int64_t> expires_at{};  ///< microseconds since the Unix epoch; nothing: it was not said
};

/// `{"name", "scopes", "expires_at"?}`. Null in the last means that it is not said. `now` is what the expiry has to be
/// after, in microseconds since the Unix epoch.
Parsed<NewApiKey> parse_new_api_key(std::string_view body, std::int64_t now);

/// The same fields, each of which may be left out. Null in `expires_at` means never; in the others, that they stay.
Parsed<store::ApiKeyUpdate> parse_api_key_update(std::string_view body, std::int64_t now);

}  // namespace tacit::http
