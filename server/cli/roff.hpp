// Text for man(7), as far as manual pages of plain sentences and lists need it.
#pragma once

#include <string>
#include <string_view>

namespace tacit::server {

class RoffPage {
 public:
  RoffPage(std::string_view name, int section, std::string_view version, std::string_view manual);

  RoffPage& section(std::string_view title);
  RoffPage& subsection(std::string_view title);
  /// Sentences; `words in backquotes` become bold, an empty line begins a paragraph.
  RoffPage& paragraph(std::string_view text);
  /// An entry of a list: what it is about, in bold, and then its value's name, if it has one; then sentences.
  RoffPage& entry(std::string_view term, std::string_view value, std::string_view text);
  /// Lines that stay as they are.
  RoffPage& example(std::string_view lines);

  std::string take() { return std::move(text_); }

 private:
  RoffPage& line(std::string text);
  std::string text_;
};

}  // namespace tacit::server
