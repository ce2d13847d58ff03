#include "http/log/printable.hpp"

#include <algorithm>
#include <cstdint>

#include "crypto/text/hex.hpp"
#include "crypto/text/utf8.hpp"

namespace tacit::http {
namespace {

using crypto::hex_digits;

bool is_plain(char c) { return c >= 0x20 && c < 0x7f; }

bool is_harmful(std::uint32_t point) {
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return true;
  // Arabic letter mark, left-to-right and right-to-left mark; separators, embeddings and overrides; isolates and
  // deprecated marks; the byte order mark.
  return point == 0x061c || point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2066 && point <= 0x206f) || point == 0xfeff;
}

void append_escape(std::string& out, std::uint32_t point) {
  out += '\\';
  switch (point) {
    case '\n':
      out += 'n';
      return;
    case '\r':
      out += 'r';
      return;
    case '\t':
      out += 't';
      return;
    default:
      out += 'u';
      for (unsigned shift = 16; shift > 0; shift -= 4) out += hex_digits[point >> (shift - 4U) & 15U];
  }
}

void append_byte(std::string& out, char c, bool json) {
  if (json) {
    out += "\xef\xbf\xbd";
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "\\x";
  out += hex_digits[byte >> 4U];
  out += hex_digits[byte & 15U];
}

/// Whether an incomplete character could be completed by more bytes.
bool may_become_character(std::string_view text) {
  constexpr std::string_view seconds = "\x80\x90\xa0";  // every lead byte takes one of these second bytes, if any
  if (text.size() > 3) return false;
  return std::ranges::any_of(seconds, [text](char second) {
    std::string longer(text);
    if (longer.size() == 1) longer += second;
    longer.resize(4, '\x80');
    return crypto::first_character(longer) > text.size();
  });
}

}  // namespace

std::size_t append_printable(std::string& out, std::string_view text, Printing how) {
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t size = crypto::first_character(text);
    if (size == 0 && how.continues && may_become_character(text)) return text.size();
    const std::uint32_t point = size == 0 ? 0 : crypto::code_point(text.substr(0, size));
    if (size == 0) {
      append_byte(out, text.front(), how.json);
    } else if (is_harmful(point) && !(how.line_breaks && point == '\n')) {
      append_escape(out, point);
    } else {
      out.append(text.substr(0, size));
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return 0;
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  append_printable(result, text);
  return result;
}

std::string printable_json(std::string_view json) {
  std::string result;
  result.reserve(json.size());
  append_printable(result, json, {.line_breaks = false, .json = true, .continues = false});
  return result;
}

}  // namespace tacit::http
