// UTF-8: against a decoder that computes each code point.
#include "crypto/text/utf8.hpp"

#include <optional>

#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

struct Character {
  std::size_t size;
  std::uint32_t code;
};

std::optional<Character> first_of(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return Character{1, first};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC0 || first >= 0xF8 || text.size() < size) return std::nullopt;
  std::uint32_t code = first & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >> 6U != 2) return std::nullopt;
    code = code << 6U | (byte & 0x3FU);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < least[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return std::nullopt;
  return Character{size, code};
}

Description describe() {
  return {.max_size = 256,
          .seeds = {"plain", "gr\xC3\xBC\xC3\x9F", "\xE2\x82\xAC", "\xF0\x9F\x94\x91 key", "\xC0\x80", "\xED\xA0\x80",
                    "\xF4\x90\x80\x80", "\xC2\x85", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xC3"},
          .words = {"\xF4\x8F\xBF\xBF", "\xEF\xBB\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF"}};
}

void take(std::string_view input) {
  std::size_t at = 0;
  std::size_t count = 0;
  bool controls = false;
  while (const auto next = first_of(input.substr(at))) {
    TACIT_HOLDS(crypto::first_character(input.substr(at)) == next->size);
    TACIT_HOLDS(crypto::code_point(input.substr(at, next->size)) == next->code);
    controls = controls || next->code < 0x20 || (next->code >= 0x7F && next->code <= 0x9F);
    at += next->size;
    ++count;
  }
  TACIT_HOLDS(crypto::utf8_prefix(input) == at);
  TACIT_HOLDS(crypto::is_utf8(input) == (at == input.size()));
  TACIT_HOLDS(crypto::first_character(input.substr(at)) == 0);
  const std::string_view sound = input.substr(0, at);
  TACIT_HOLDS(crypto::count_code_points(sound) == count);
  TACIT_HOLDS(crypto::has_control_characters(sound) == controls);
}

const Target target("utf8", describe, take);

}  // namespace
}  // namespace tacit::fuzz
