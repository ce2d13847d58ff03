// The lines of a keyring's text, for parsing and editing. Private to crypto/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

inline constexpr std::string_view keyring_magic = "tacit-keyring";

/// Removes the first line, without its line feed, from the front of a text that is not empty.
std::string_view take_line(std::string_view& text);
/// Whether the line is empty or a comment.
bool is_blank_line(std::string_view line);
/// The fields, separated by one space: two spaces make an empty field.
std::vector<std::string_view> fields_of(std::string_view line);
/// Appends the line and a line feed.
void append_line(WipedBytes& text, std::string_view line);
/// The time now, RFC 3339, in UTC.
std::string now_rfc3339();

}  // namespace tacit::crypto
