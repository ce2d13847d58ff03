// UTF-8 (RFC 3629): validation, and counting of characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tacit::crypto {

/// Whether the text is well-formed: no overlong forms, no surrogates, nothing above U+10FFFF, nothing truncated.
bool is_utf8(std::string_view text);

/// The length in bytes of the longest well-formed prefix of the text.
std::size_t utf8_prefix(std::string_view text);

/// The length in bytes of the well-formed character at the start of the text; 0 if there is none.
std::size_t first_character(std::string_view text);

/// The code point of a well-formed character.
std::uint32_t code_point(std::string_view character);

/// Whether a byte of a well-formed text continues a character.
constexpr bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; }

/// The number of code points in a part of a well-formed text; a sequence may be split between parts.
std::size_t count_code_points(std::string_view part);

/// Whether a well-formed text has control characters: U+0000 to U+001F, U+007F to U+009F.
bool has_control_characters(std::string_view text);

}  // namespace tacit::crypto
