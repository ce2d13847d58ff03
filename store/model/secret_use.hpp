// What became of the releases of a secret, in its owner's view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ids/uuid.hpp"

namespace tacit::store {

enum class UseOutcome : std::uint8_t {
  released,           ///< a runtime got the value
  rejected_upstream,  ///< the tool's service refused it, says the runtime
};

/// As the API writes it.
constexpr const char* to_string(UseOutcome outcome) {
  return outcome == UseOutcome::released ? "released" : "rejected_upstream";
}

/// Uses of one tool, runtime and outcome within an hour are one entry. Times are microseconds since the Unix epoch.
struct SecretUse {
  std::string tool_name;
  std::string runtime;  ///< the label of the identities' file
  UseOutcome outcome = UseOutcome::released;
  std::int64_t first_at = 0;
  std::int64_t last_at = 0;
  std::uint32_t count = 0;
};

struct UsesQuery {
  std::size_t limit = 100;  ///< 1 to 100
  std::size_t skipped = 0;  ///< entries before, as the cursor says
};

/// The newest first.
struct UsesPage {
  std::vector<SecretUse> uses;
  std::optional<std::size_t> next{};  ///< UsesQuery::skipped of the next page
  bool altered = false;               ///< what was noted was altered in the store, so nothing is known of it
};

}  // namespace tacit::store
