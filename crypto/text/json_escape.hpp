// The escapes of JSON strings (RFC 8259 section 7), for all JSON writers.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "crypto/memory/wiped.hpp"
#include "crypto/text/hex.hpp"

namespace tacit::crypto {

/// The character after the backslash for each escaped byte: its short form, or `u` for four hex digits; 0 for a byte
/// that is not escaped.
using JsonEscapes = std::array<char, 256>;

/// The escapes that JSON requires and no more, in the short form if there is one.
inline constexpr JsonEscapes json_escapes = [] {
  JsonEscapes table{};
  for (std::size_t control = 0; control < 0x20; ++control) table[control] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

/// Appends a text, which must be UTF-8, without quotes. Leaves no other copy of it. `Out` takes string views.
template <class Out>
void append_json_escaped(Out& out, std::string_view utf8, const JsonEscapes& escapes = json_escapes) {
  std::size_t run = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    const char escape = escapes[byte];
    if (escape == 0) continue;
    out.append(utf8.substr(run, i - run));
    std::array<char, 6> text{'\\', escape, '0', '0', hex_digits[byte >> 4U], hex_digits[byte & 0x0fU]};
    out.append(std::string_view(text.data(), escape == 'u' ? 6 : 2));
    wipe(text.data(), text.size());
    run = i + 1;
  }
  out.append(utf8.substr(run));
}

}  // namespace tacit::crypto
