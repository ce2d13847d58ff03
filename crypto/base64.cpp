#include "crypto/base64.hpp"

namespace tacit::crypto {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// 1 if low <= c <= high, else 0, by arithmetic alone.
constexpr unsigned within(unsigned c, unsigned low, unsigned high) { return ((low - 1 - c) & (c - high - 1)) >> 31; }

// The value of a character, or 64 and more for one that is not of the alphabet. Neither branches nor looks up a table,
// whose cache lines would tell of the key.
constexpr unsigned value_of(char character) {
  const unsigned c = static_cast<std::uint8_t>(character);
  const unsigned upper = within(c, 'A', 'Z');
  const unsigned lower = within(c, 'a', 'z');
  const unsigned digit = within(c, '0', '9');
  const unsigned dash = within(c, '-', '-');
  const unsigned line = within(c, '_', '_');
  return (upper * (c - 'A')) | (lower * (c - 'a' + 26)) | (digit * (c - '0' + 52)) | (dash * 62) | (line * 63) |
         ((1 - (upper | lower | digit | dash | line)) << 6);
}

}  // namespace

WipedBytes base64url_encode(ByteView bytes) {
  WipedBytes text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 6) {
      held -= 6;
      text.push_back(alphabet[(bits >> held) & 0x3f]);
    }
  }
  if (held > 0) text.push_back(alphabet[(bits << (6 - held)) & 0x3f]);
  return text;
}

std::optional<WipedBytes> base64url_decode(std::string_view text) {
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return std::nullopt;
  WipedBytes bytes(text.size() * 3 / 4);
  std::uint8_t* out = bytes.data();
  unsigned seen = 0;  // all values ORed: from 64 up once one was no character of the alphabet
  const char* next = text.data();
  for (const char* const end = next + (text.size() - rest); next != end; next += 4) {
    const unsigned a = value_of(next[0]), b = value_of(next[1]), c = value_of(next[2]), d = value_of(next[3]);
    seen |= a | b | c | d;
    *out++ = static_cast<std::uint8_t>((a << 2) | (b >> 4));
    *out++ = static_cast<std::uint8_t>((b << 4) | (c >> 2));
    *out++ = static_cast<std::uint8_t>((c << 6) | d);
  }
  unsigned left_over = 0;  // bits behind the last whole byte, which have to be zero
  if (rest != 0) {
    const unsigned a = value_of(next[0]), b = value_of(next[1]), c = rest == 3 ? value_of(next[2]) : 0;
    seen |= a | b | c;
    *out++ = static_cast<std::uint8_t>((a << 2) | (b >> 4));
    if (rest == 3) *out++ = static_cast<std::uint8_t>((b << 4) | (c >> 2));
    left_over = rest == 3 ? c & 0x03 : b & 0x0f;
  }
  if (seen >= 64 || left_over != 0) return std::nullopt;
  return bytes;
}

}  // namespace tacit::crypto
