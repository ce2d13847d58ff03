// The size limits of a request's head.
#pragma once

#include <cstddef>

namespace tacit::http {

inline constexpr std::size_t max_head_size = 32 * 1024;    ///< bytes, from the request line to the empty line
inline constexpr std::size_t max_target_size = 16 * 1024;  ///< bytes of a request target
inline constexpr std::size_t max_field_count = 100;

}  // namespace tacit::http
