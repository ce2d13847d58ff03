// What commands print for people: tables, and texts that are safe to show on a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tacit::server {

/// The text with control characters replaced by `?`, so that a stored name cannot drive the terminal.
std::string printable(std::string_view text);

/// Rows under their heads, in columns as wide as they need. Widths count code points.
std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace tacit::server
