// What commands print for people: tables, and texts that are safe to show on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::server {

/// The text on one line, with all escaped that can drive a terminal: for what comes from the store, from files and from
/// peers. See http/log/printable.hpp.
std::string printable(std::string_view text);

/// Rows under their heads, in columns as wide as they need. Cells are made printable. Widths count code points.
std::string table(const std::vector<std::vector<std::string>>& cells);

/// The text up to the first line break, which is taken off its front.
std::string_view next_line(std::string_view& text);

/// The lines of the text, each broken at spaces into lines of at most `width` bytes.
std::string wrapped(std::string_view text, std::size_t width);

/// An entry of a help text: the term, indented by two, and beside it the text, from column `begin` on and in lines of
/// at most `width` bytes altogether, broken at spaces. A long term has a line of its own.
std::string help_entry(std::string_view term, std::string_view text, std::size_t begin, std::size_t width);

}  // namespace tacit::server
