// A secret as its tenant sees it, and the changes a tenant asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/ids/uuid.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::store {

/// Everything that the API shows of a secret. Times are microseconds since the Unix epoch.
struct SecretInfo {
  crypto::Uuid id;
  crypto::Uuid tenant;
  std::string name;
  std::optional<std::string> display;
  std::optional<std::string> tool_name;
  std::optional<std::string> tool_arg;
  bool is_default_for_tool = false;
  std::int64_t created_at = 0;
  std::int64_t updated_at = 0;
  // What the API shows with `view=full` only.
  std::uint32_t version = 1;   ///< the number of the present value
  std::uint32_t versions = 1;  ///< the values that are stored, the present one included
  std::optional<std::int64_t> expires_at{};
  std::optional<std::int64_t> last_used_at{};  ///< only if the operation was asked for it
  /// What else of the secret was found altered in the store, as a sentence of static storage; empty: nothing. The
  /// operation did without it: a last use is missing then, and a change kept the previous values that are sound.
  std::string_view damage{};
};

/// A secret to store. The caller has checked lengths and types.
struct NewSecret {
  std::string name;
  crypto::WipedBytes value;  ///< UTF-8
  std::optional<std::string> tool_name;
  std::optional<std::string> tool_arg;
  bool is_default_for_tool = false;
  std::optional<std::int64_t> expires_at{};  ///< from then on it is not released
};

/// A field that a change sets, clears, or leaves as it is.
struct FieldChange {
  enum class Kind : std::uint8_t { keep, clear, set };
  Kind kind = Kind::keep;
  std::string value{};
};

/// The same for an instant.
struct InstantChange {
  FieldChange::Kind kind = FieldChange::Kind::keep;
  std::int64_t value = 0;  ///< microseconds since the Unix epoch
};

/// A change of a secret; fields without a value stay as they are.
struct SecretUpdate {
  std::optional<std::string> name;
  std::optional<crypto::WipedBytes> value;
  FieldChange tool_name;
  FieldChange tool_arg;
  std::optional<bool> is_default_for_tool;
  InstantChange expires_at{};
  bool discard_previous = false;  ///< removes the previous values in the same change
};

/// The first and last min(4, n/8) code points of a value, with `****` between. White space at both ends and PEM armour
/// (RFC 7468: `-----BEGIN …-----`, `-----END …-----`) are removed before the n code points are counted.
std::string mask(std::string_view value);

}  // namespace tacit::store
