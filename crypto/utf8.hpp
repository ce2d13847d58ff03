// UTF-8 (RFC 3629): the one check of it, and what counts characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tacit::crypto {

/// Whether the text is well-formed: no overlong forms, no surrogates, nothing past U+10FFFF, nothing cut off.
bool is_utf8(std::string_view text);

/// The bytes of the longest well-formed beginning of the text.
std::size_t utf8_prefix(std::string_view text);

/// The bytes of the well-formed character that the text begins with; 0 if it begins with none.
std::size_t first_character(std::string_view text);

/// Of a well-formed character.
std::uint32_t code_point(std::string_view character);

/// Whether a byte of a well-formed text belongs to the character before it.
constexpr bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; }

/// Code points of a part of a well-formed text; a sequence may be split between parts.
std::size_t count_code_points(std::string_view part);

/// Whether a well-formed text has control characters: U+0000 to U+001F, U+007F to U+009F.
bool has_control_characters(std::string_view text);

}  // namespace tacit::crypto
