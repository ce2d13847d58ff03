#include "crypto/text/utf8.hpp"

#include <algorithm>

namespace tacit::crypto {
namespace {

// The length of the sequence that starts with `first`, and its permitted second bytes (RFC 3629 section 4). Length 0:
// no sequence starts with it.
struct Sequence {
  std::size_t length;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
};
Sequence sequence_of(unsigned char first) {
  if (first < 0x80) return {1};
  if (first < 0xc2) return {0};
  if (first < 0xe0) return {2};
  if (first == 0xe0) return {3, 0xa0, 0xbf};
  if (first == 0xed) return {3, 0x80, 0x9f};
  if (first < 0xf0) return {3};
  if (first == 0xf0) return {4, 0x90, 0xbf};
  if (first < 0xf4) return {4};
  if (first == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

}  // namespace

std::size_t first_character(std::string_view text) {
  if (text.empty()) return 0;
  const Sequence sequence = sequence_of(static_cast<unsigned char>(text.front()));
  if (sequence.length <= 1) return sequence.length;
  if (sequence.length > text.size()) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  if (second < sequence.low || second > sequence.high) return 0;
  return std::ranges::all_of(text.substr(2, sequence.length - 2), continues_character) ? sequence.length : 0;
}

std::size_t utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (const std::size_t size = first_character(text.substr(at))) at += size;
  return at;
}

bool is_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }

std::uint32_t code_point(std::string_view character) {
  std::uint32_t point = static_cast<unsigned char>(character.front());
  if (character.size() > 1) point &= 0x7fU >> character.size();
  for (const char c : character.substr(1)) point = point << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  return point;
}

// Every code point has exactly one byte that does not continue a sequence.
std::size_t count_code_points(std::string_view part) {
  return static_cast<std::size_t>(std::ranges::count_if(part, [](char c) { return !continues_character(c); }));
}

bool has_control_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    // U+0080 to U+009F
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

}  // namespace tacit::crypto
