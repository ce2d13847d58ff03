// The release of values to a tool: request and result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::store {

/// The arguments that one resolve may fill. Bounds the work of one request and the length of its audit entry. No real
/// tool takes as many.
inline constexpr std::size_t most_arguments = 256;

struct ResolveQuery {
  crypto::Uuid tenant;
  std::string tool_name;  ///< a name, never a pattern
  std::vector<std::string> provided_args;
  std::vector<std::pair<std::string, std::string>> secrets;  ///< argument → secret_name
};

struct ReleasedValue {
  std::string argument;
  crypto::WipedBytes value;
  crypto::Uuid secret;
  std::string secret_name;
  std::int64_t updated_at = 0;
};

}  // namespace tacit::store
