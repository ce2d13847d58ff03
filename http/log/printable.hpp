// Escapes text for terminals. All output of commands and all texts of log lines pass through here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tacit::http {

/// Options for printing a text.
struct Printing {
  bool line_breaks = false;  ///< keep line breaks, for the program's own texts
  bool json = false;         ///< for JSON: bytes that are not UTF-8 become U+FFFD; else they become `\xNN`
  bool continues = false;    ///< more may follow: leave an incomplete character at the end for the next call
};

/// Appends the text, escaping everything that controls a terminal or changes the displayed order of a line: C0, DEL and
/// C1, line and paragraph separators, marks of bidirectional text (Unicode TR 36, UAX 9), and bytes that are not UTF-8
/// (RFC 3629). Escapes are JSON's (`\n`, `\u001b`), so that JSON stays the same document. Returns the number of bytes
/// at the end that were left for the next call (Printing::continues).
std::size_t append_printable(std::string& out, std::string_view text, Printing how = {});

/// The escaped text, on one line.
std::string printable(std::string_view text);

/// The same for a JSON text.
std::string printable_json(std::string_view json);

}  // namespace tacit::http
