// The release of values to a tool: request and result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::store {

/// The arguments that one resolve may fill. Bounds the work of one request and the length of its audit entry. No real
/// tool takes as many.
inline constexpr std::size_t most_arguments = 256;

/// The tools of one request.
inline constexpr std::size_t most_tools = 64;
/// The bytes of all values in one answer.
inline constexpr std::size_t most_value_bytes = std::size_t{4} << 20;

struct ResolveQuery {
  crypto::Uuid tenant;
  std::string tool_name;  ///< a name, never a pattern
  std::vector<std::string> provided_args;
  std::vector<std::pair<std::string, std::string>> secrets;  ///< argument → secret_name
  std::vector<std::string> wanted_args{};                    ///< those whose lack the answer tells
  std::string runtime{};  ///< the label of the runtime, for the uses that the owner sees
};

/// The same for several tools of one tenant: `tools` of at most most_tools, each with that tenant.
struct ResolveManyQuery {
  crypto::Uuid tenant;
  std::vector<ResolveQuery> tools;
};

/// Why a wanted argument got no value.
enum class MissingReason : std::uint8_t { none, expired };

struct MissingArgument {
  std::string argument;
  MissingReason reason = MissingReason::none;
};

struct ReleasedValue {
  std::string argument;
  crypto::WipedBytes value;
  crypto::Uuid secret;
  std::string secret_name;
  std::int64_t updated_at = 0;
  std::optional<std::int64_t> expires_at{};
};

/// Why a named secret was not released.
enum class WithheldReason : std::uint8_t { not_found, not_bound, expired };

struct WithheldSecret {
  std::string argument;
  std::string secret_name;
  WithheldReason reason = WithheldReason::not_found;
};

/// What a tool gets: values, or a refusal of all of them because of named secrets.
struct ReleasedTool {
  std::vector<ReleasedValue> values;
  std::vector<MissingArgument> missing{};  ///< of the wanted ones
  std::vector<WithheldSecret> withheld{};  ///< if there are any, nothing is released to this tool
  bool too_many = false;                   ///< the answer would have more than most_arguments: likewise
};

/// A runtime says that the tool's service refused a value.
struct UseReport {
  crypto::Uuid tenant;
  crypto::Uuid secret;
  std::string tool_name;
  std::string runtime;  ///< its label
};

}  // namespace tacit::store
