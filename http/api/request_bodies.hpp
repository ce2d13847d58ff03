// The request bodies about secrets: converts JSON to the store's types, or returns all faults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "http/json/faults.hpp"
#include "http/json/int_field.hpp"
#include "store/model/secret.hpp"

namespace tacit::http {

/// What is not the same for every server and at every time.
struct SecretRules {
  std::size_t value_limit = limits::secret_value.max;  ///< code points
  std::int64_t now = 0;  ///< microseconds since the Unix epoch; what expires does so later
};

/// `{"secret_name", "secret_value", "tool_name"?, "tool_arg"?, "is_default_for_tool"?, "expires_at"?}`
Parsed<store::NewSecret> parse_new_secret(std::string_view body, const SecretRules& rules = {});

/// `{"secrets": [new secret, …]}`, 1 to 64 of them.
Parsed<std::vector<store::NewSecret>> parse_batch(std::string_view body, const SecretRules& rules = {});

/// The fields of a new secret and `discard_previous`, all optional, as is the body. Null clears `tool_name`, `tool_arg`
/// and `expires_at`, and leaves the others unchanged.
Parsed<store::SecretUpdate> parse_secret_update(std::string_view body, const SecretRules& rules = {});

/// `{"version"}` of a rollback.
Parsed<VersionNumber> parse_rollback(std::string_view body);

}  // namespace tacit::http
