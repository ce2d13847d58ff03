#include "server/output.hpp"

#include <algorithm>

namespace tacit::server {
namespace {

std::size_t code_points(std::string_view text) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    // The control characters from U+0080 to U+009F are two bytes in UTF-8: C2, then the character's own number.
    const bool wide_control = byte == 0xc2 && next >= 0x80 && next < 0xa0;
    result += wide_control || byte < 0x20 || byte == 0x7f ? '?' : text[i];
    if (wide_control) ++i;
  }
  return result;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], code_points(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      // No blanks at the ends of lines.
      if (i + 1 < row.size()) text.append(widths[i] - code_points(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace tacit::server
