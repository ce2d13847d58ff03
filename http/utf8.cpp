#include "http/utf8.hpp"

#include <algorithm>

namespace tacit::http {
namespace {

// How long the sequence is that starts with `first`, and which second bytes it may have (RFC 3629 section 4). Length 0:
// none starts so.
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

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::size_t utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    const Sequence sequence = sequence_of(static_cast<unsigned char>(rest.front()));
    if (sequence.length == 0 || sequence.length > rest.size()) return at;
    if (sequence.length > 1) {
      const auto second = static_cast<unsigned char>(rest[1]);
      if (second < sequence.low || second > sequence.high) return at;
      if (!std::ranges::all_of(rest.substr(2, sequence.length - 2), continues)) return at;
    }
    at += sequence.length;
  }
  return at;
}

bool is_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }

// Every code point has one byte that does not continue a sequence.
std::size_t count_code_points(std::string_view part) {
  return static_cast<std::size_t>(std::ranges::count_if(part, [](char c) { return !continues(c); }));
}

}  // namespace tacit::http
