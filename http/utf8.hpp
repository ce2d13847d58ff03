// UTF-8 (RFC 3629).
#pragma once

#include <cstddef>
#include <string_view>

namespace tacit::http {

/// Whether the text is well-formed: no overlong forms, no surrogates, nothing past U+10FFFF, nothing cut off.
bool is_utf8(std::string_view text);

/// The bytes of the longest well-formed beginning of the text.
std::size_t utf8_prefix(std::string_view text);

/// Code points of a part of a well-formed text; a sequence may be split between parts.
std::size_t count_code_points(std::string_view part);

}  // namespace tacit::http
