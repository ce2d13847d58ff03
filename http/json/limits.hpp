// The size limits of requests. `http/api/openapi.json` states the same numbers; a test compares them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "store/model/release.hpp"

namespace tacit::http::limits {

/// The length limits of a text, in Unicode code points of the decoded string.
struct Length {
  std::size_t min;
  std::size_t max;
};

inline constexpr Length secret_name{1, 1024};
inline constexpr Length secret_value{4, 1024};
inline constexpr Length tool_name{1, 1024};
inline constexpr Length tool_arg{1, 1024};
inline constexpr Length api_key_name{1, 200};

/// Entries of an API key's `scopes`. There are fewer scopes, but a repeated one is harmless.
inline constexpr std::size_t scope_items = 16;

/// The nesting limit of arrays and objects in a body.
inline constexpr std::size_t json_depth = 32;

/// A valid body of four texts of 1024 code points, each written as a pair of \u escapes (12 bytes), takes 48 KiB plus
/// field names.
inline constexpr std::uint32_t secret_body = 64 * 1024;
/// What one more code point of a value adds to the largest body.
inline constexpr std::uint32_t code_point_bytes = 12;
/// The bounds of the setting for the longest value, in code points.
inline constexpr std::size_t least_value_limit = 4;
inline constexpr std::size_t most_value_limit = 65'536;
inline constexpr std::uint32_t batch_body = 1024 * 1024;
inline constexpr std::uint32_t rollback_body = 4 * 1024;
inline constexpr std::uint32_t resolve_many_body = 1024 * 1024;
inline constexpr std::uint32_t report_body = 32 * 1024;
inline constexpr std::uint32_t resolve_body = 256 * 1024;
inline constexpr std::uint32_t api_key_body = 8 * 1024;

/// A body that a route ignores is read and dropped up to this size.
inline constexpr std::uint32_t ignored_body = 64 * 1024;

/// Entries each of `provided_args`, `wanted_args` and `secrets` in one resolve.
inline constexpr std::size_t resolve_items = store::most_arguments;

/// Secrets in one batch.
inline constexpr std::size_t batch_items = 64;
/// Entries in one page of a secret's uses.
inline constexpr std::size_t uses_max = 100;

/// Characters of an Idempotency-Key.
inline constexpr std::size_t idempotency_key = 255;

inline constexpr std::size_t list_min = 1;
inline constexpr std::size_t list_max = 1000;

}  // namespace tacit::http::limits
