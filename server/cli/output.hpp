// Output for people: tables and broken lines. http/log/printable.hpp makes texts safe on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::server {

/// Rows in aligned columns; the first row may be a header. Cells are made printable. Widths count code points.
std::string table(const std::vector<std::vector<std::string>>& cells);

/// The text up to the first line break. Removes it and the line break from `text`.
std::string_view next_line(std::string_view& text);

/// The lines of the text, each broken at spaces into lines of at most `width` bytes.
std::string wrapped(std::string_view text, std::size_t width);

/// An entry of a help text: the term, indented by two, and the text beside it, from column `begin` on, in lines of at
/// most `width` bytes in all, broken at spaces. A long term has its own line.
std::string help_entry(std::string_view term, std::string_view text, std::size_t begin, std::size_t width);

}  // namespace tacit::server
