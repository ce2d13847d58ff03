#include "server/cli/roff.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "crypto/text/ascii.hpp"
#include "crypto/text/utf8.hpp"
#include "server/cli/output.hpp"

namespace tacit::server {
namespace {

/// A non-ASCII character as \[u2026], for formatters without UTF-8. Removes it from the text.
std::string numbered(std::string_view& text) {
  const std::size_t size = std::max<std::size_t>(crypto::first_character(text), 1);
  const std::uint32_t number = crypto::code_point(text.substr(0, size));
  text.remove_prefix(size);
  char digits[16];
  static_cast<void>(std::snprintf(digits, sizeof digits, "\\[u%04X]", number));
  return digits;
}

/// Escapes characters that are special in roff. An unescaped hyphen would become a typographic one, which cannot be
/// copied into a shell.
std::string escaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const char c = text.front();
    if ((static_cast<unsigned char>(c) & 0x80) != 0) {
      result += numbered(text);
      continue;
    }
    text.remove_prefix(1);
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
  }
  return result;
}

/// A line that begins with a dot or an apostrophe would be a roff request.
std::string harmless(std::string line) {
  if (line.starts_with('.') || line.starts_with('\'')) line.insert(0, "\\&");
  return line;
}

std::string with_bold_words(std::string_view text) {
  std::string result;
  bool bold = false;
  for (;;) {
    const auto quote = text.find('`');
    result += escaped(text.substr(0, quote));
    if (quote == std::string_view::npos) break;
    bold = !bold;
    result += bold ? "\\fB" : "\\fR";
    text.remove_prefix(quote + 1);
  }
  return bold ? result + "\\fR" : result;
}

bool ends_with_heading(std::string_view page) {
  const auto last = page.substr(0, page.size() - 1).rfind('\n');
  return last != page.npos && page.substr(last).starts_with("\n.S");
}

std::string upper_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), crypto::upper);
  return result;
}

}  // namespace

RoffPage::RoffPage(std::string_view name, int section, std::string_view version, std::string_view manual) {
  line(".TH " + upper_case(name) + " " + std::to_string(section) + " \"\" \"Tacit " + escaped(version) + "\" \"" +
       escaped(manual) + "\"");
  // Left-aligned and without hyphenation: names of settings stay whole.
  line(".nh").line(".ad l");
}

RoffPage& RoffPage::line(std::string text) {
  text_ += text + '\n';
  return *this;
}

RoffPage& RoffPage::section(std::string_view title) { return line(".SH " + upper_case(title)); }

RoffPage& RoffPage::subsection(std::string_view title) { return line(".SS " + escaped(title)); }

RoffPage& RoffPage::paragraph(std::string_view text) {
  // A heading begins a paragraph itself.
  if (!ends_with_heading(text_)) line(".PP");
  while (!text.empty()) {
    const std::string_view next = next_line(text);
    line(next.empty() ? ".PP" : harmless(with_bold_words(next)));
  }
  return *this;
}

RoffPage& RoffPage::entry(std::string_view term, std::string_view value, std::string_view text) {
  line(".TP");
  line("\\fB" + escaped(term) + "\\fR" + (value.empty() ? "" : " \\fI" + escaped(value) + "\\fR"));
  while (!text.empty()) line(harmless(with_bold_words(next_line(text))));
  return *this;
}

RoffPage& RoffPage::example(std::string_view lines) {
  line(".RS 4").line(".nf");
  while (!lines.empty()) line(harmless(escaped(next_line(lines))));
  return line(".fi").line(".RE");
}

}  // namespace tacit::server
