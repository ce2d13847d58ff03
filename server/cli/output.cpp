#include "server/cli/output.hpp"

#include <algorithm>

#include "crypto/text/utf8.hpp"
#include "http/log/printable.hpp"

namespace tacit::server {

std::string table(const std::vector<std::vector<std::string>>& cells) {
  std::vector<std::vector<std::string>> rows = cells;
  std::vector<std::size_t> widths;
  for (auto& row : rows) {
    std::ranges::transform(row, row.begin(), http::printable);
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], crypto::count_code_points(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      // No trailing blanks.
      if (i + 1 < row.size()) text.append(widths[i] - crypto::count_code_points(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string_view next_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

std::string wrapped(std::string_view text, std::size_t width) {
  std::string result;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    const bool blank = line.empty();  // an empty line stays one
    while (line.size() > width) {
      auto end = line.rfind(' ', width);
      if (end == line.npos || end == 0) end = std::min(line.find(' '), line.size());
      result.append(line.substr(0, end)).append("\n");
      line.remove_prefix(std::min(end + 1, line.size()));
    }
    if (blank || !line.empty()) result.append(line).append("\n");
  }
  return result;
}

std::string help_entry(std::string_view term, std::string_view text, std::size_t begin, std::size_t width) {
  std::string result = "  " + std::string(term);
  std::size_t column = result.size();
  bool first = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (first ? column >= begin : column + 1 + word.size() > width) {
      result += '\n';
      column = 0;
    }
    const std::size_t gap = column < begin ? begin - column : 1;
    result.append(gap, ' ').append(word);
    column += gap + word.size();
    first = false;
  }
  return result + '\n';
}

}  // namespace tacit::server
