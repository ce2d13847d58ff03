// Text for man(7): the subset that pages of plain sentences and lists need.
#pragma once

#include <string>
#include <string_view>

namespace tacit::server {

class RoffPage {
 public:
  RoffPage(std::string_view name, int section, std::string_view version, std::string_view manual);

  RoffPage& section(std::string_view title);
  RoffPage& subsection(std::string_view title);
  /// Sentences. `Words in backquotes` become bold; an empty line begins a paragraph.
  RoffPage& paragraph(std::string_view text);
  /// An entry of a list: the term in bold, the name of its value, if any, then sentences.
  RoffPage& entry(std::string_view term, std::string_view value, std::string_view text);
  /// Lines without formatting.
  RoffPage& example(std::string_view lines);

  std::string take() { return std::move(text_); }

 private:
  RoffPage& line(std::string text);
  std::string text_;
};

}  // namespace tacit::server
