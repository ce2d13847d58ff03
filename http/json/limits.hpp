// The sizes that a request may have, in one place. `http/api/openapi.json` states the same numbers; a test compares
// them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tacit::http::limits {

/// Smallest and largest length of a text, in Unicode code points of the decoded string.
struct Length {
  std::size_t min;
  std::size_t max;
};

inline constexpr Length secret_name{1, 1024};
inline constexpr Length secret_value{4, 1024};
inline constexpr Length tool_name{1, 1024};
inline constexpr Length tool_arg{1, 1024};
inline constexpr Length api_key_name{1, 200};

/// Entries of an API key's `scopes`. There are fewer scopes; a repeated one does no harm.
inline constexpr std::size_t scope_items = 16;

/// Arrays and objects that may be open at once in a body.
inline constexpr std::size_t json_depth = 32;

/// A legal body of four texts of 1024 code points, each written as a pair of \u escapes (12 bytes), is 48 KiB and its
/// field names.
inline constexpr std::uint32_t secret_body = 64 * 1024;
inline constexpr std::uint32_t resolve_body = 256 * 1024;
inline constexpr std::uint32_t api_key_body = 8 * 1024;

/// A body that a route takes no notice of is read and dropped up to this size.
inline constexpr std::uint32_t ignored_body = 64 * 1024;

/// Entries of `provided_args`, and of `secrets`, in one resolve.
inline constexpr std::size_t resolve_items = 256;

inline constexpr std::size_t list_min = 1;
inline constexpr std::size_t list_max = 1000;

}  // namespace tacit::http::limits
