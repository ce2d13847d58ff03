#include "crypto/text/base64.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace tacit::crypto {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// The number of characters decoded together, in one vector register (a vector type of GCC, also in Clang).
constexpr std::size_t block_size = 16;
using Block [[gnu::vector_size(block_size)]] = std::uint8_t;

constexpr std::uint8_t to_byte(int number) { return static_cast<std::uint8_t>(number); }

Block within(Block c, std::uint8_t low, std::uint8_t high) { return reinterpret_cast<Block>((c >= low) & (c <= high)); }

// The value of each character, or 64 for one outside the alphabet. Uses neither branches nor tables, because cache
// lines of a table would reveal the key.
Block values_of(Block c) {
  const Block upper = within(c, 'A', 'Z');
  const Block lower = within(c, 'a', 'z');
  const Block digit = within(c, '0', '9');
  const Block dash = within(c, '-', '-');
  const Block line = within(c, '_', '_');
  const Block none = ~(upper | lower | digit | dash | line);
  return (upper & (c - 'A')) | (lower & (c - ('a' - 26))) | (digit & (c + (52 - '0'))) | (dash & 62) | (line & 63) |
         (none & 64);
}

Block read_block(const char* text) {
  Block characters;
  std::memcpy(&characters, text, block_size);
  return values_of(characters);
}

// Reads fewer characters than a block has; the remaining values are 0.
Block read_rest(std::string_view text) {
  Block characters = Block{} + 'A';
  text.copy(reinterpret_cast<char*>(&characters), text.size());
  return values_of(characters);
}

// The bitwise or of all values.
std::uint8_t all_bits(Block values) {
  std::uint8_t bits = 0;
  for (std::size_t i = 0; i < block_size; ++i) bits |= values[i];
  return bits;
}

// Three bytes from the four values at `at`.
std::uint8_t* pack(const Block& values, std::size_t at, std::uint8_t* out) {
  *out++ = to_byte((values[at] << 2) | (values[at + 1] >> 4));
  *out++ = to_byte((values[at + 1] << 4) | (values[at + 2] >> 2));
  *out++ = to_byte((values[at + 2] << 6) | values[at + 3]);
  return out;
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
  const std::size_t odd = text.size() % 4;
  if (odd == 1) return std::nullopt;
  WipedBytes bytes(text.size() * 3 / 4);
  std::uint8_t* out = bytes.data();
  Block seen{};
  Block values{};
  for (; text.size() >= block_size; text.remove_prefix(block_size)) {
    values = read_block(text.data());
    seen |= values;
    for (std::size_t at = 0; at < block_size; at += 4) out = pack(values, at, out);
  }
  values = read_rest(text);
  seen |= values;
  std::size_t at = 0;
  for (; at + 4 <= text.size(); at += 4) out = pack(values, at, out);
  std::uint8_t left_over = 0;  // bits after the last whole byte, which must be zero
  if (odd != 0) {
    std::array<std::uint8_t, 3> last;
    pack(values, at, last.data());
    std::copy_n(last.begin(), odd - 1, out);
    left_over = last[odd - 1];
    explicit_bzero(last.data(), last.size());
  }
  explicit_bzero(&values, sizeof values);
  if (all_bits(seen) >= 64 || left_over != 0) return std::nullopt;
  return bytes;
}

bool is_base64url(std::string_view text) {
  Block seen{};
  for (; text.size() >= block_size; text.remove_prefix(block_size)) seen |= read_block(text.data());
  return all_bits(seen | read_rest(text)) < 64;
}

}  // namespace tacit::crypto
