#include "crypto/base64.hpp"

namespace tacit::crypto {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Compares with the whole alphabet rather than looking up a table, whose cache lines would tell of the key.
int value_of(char c) {
  int value = -1;
  for (int i = 0; i < 64; ++i) value = alphabet[static_cast<std::size_t>(i)] == c ? i : value;
  return value;
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
  if (text.size() % 4 == 1) return std::nullopt;
  WipedBytes bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const int value = value_of(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<char>(bits >> held));
    }
  }
  if ((bits & ((1u << held) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace tacit::crypto
