// Text that is safe to show on a terminal. All that commands print passes here, and so do the texts of log lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tacit::http {

/// How a text is printed.
struct Printing {
  bool line_breaks = false;  ///< keeps them: the text is lines of the program's own
  bool json = false;         ///< in it, bytes that are not UTF-8 become U+FFFD; else they are written as `\xNN`
  bool continues = false;    ///< more may follow: a character that is cut off at the end waits for its rest
};

/// Appends the text with everything escaped that can drive a terminal or make a line read in another order than it is
/// written: C0, DEL and C1, the separators of lines and paragraphs, the marks of bidirectional text (Unicode TR 36,
/// UAX 9), and what is not UTF-8 (RFC 3629). Escapes are JSON's (`\n`, `\u001b`), so that JSON stays the same document.
/// Answers the bytes at the end of the text that were left because they wait for their rest.
std::size_t append_printable(std::string& out, std::string_view text, Printing how = {});

/// The text on one line.
std::string printable(std::string_view text);

/// The same for a JSON text.
std::string printable_json(std::string_view json);

}  // namespace tacit::http
