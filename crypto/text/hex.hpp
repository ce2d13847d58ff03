// Lower-case hexadecimal digits.
#pragma once

#include <string_view>

namespace tacit::crypto {

/// The digit of a number from 0 to 15 is at its place.
inline constexpr std::string_view hex_digits = "0123456789abcdef";

}  // namespace tacit::crypto
