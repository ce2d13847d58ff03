#include "auth/identity_name.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace tacit::auth {
namespace {

/// Takes the next code point off the text. Returns nullopt if the text is not well-formed UTF-8 (RFC 3629).
std::optional<std::uint32_t> next_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xc2 ? 0
                           : first < 0xe0 ? 2
                           : first < 0xf0 ? 3
                           : first < 0xf5 ? 4
                                          : 0;
  if (size == 0 || size > text.size()) return std::nullopt;
  std::uint32_t point = size == 1 ? first : first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    point = point << 6U | (byte & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (point < least.at(size) || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return std::nullopt;
  text.remove_prefix(size);
  return point;
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// Controls, blanks, what is not seen, what turns the direction of text, private use and what is no character: two
/// names that look alike must not differ in these.
constexpr std::array<Range, 19> unfit{{{0x00, 0x1f},
                                       {0x7f, 0xa0},
                                       {0xad, 0xad},
                                       {0x34f, 0x34f},
                                       {0x61c, 0x61c},
                                       {0x115f, 0x1160},
                                       {0x1680, 0x1680},
                                       {0x17b4, 0x17b5},
                                       {0x180b, 0x180f},
                                       {0x2000, 0x200f},
                                       {0x2028, 0x202f},
                                       {0x205f, 0x206f},
                                       {0x3000, 0x3000},
                                       {0x3164, 0x3164},
                                       {0xe000, 0xf8ff},
                                       {0xfe00, 0xfe0f},
                                       {0xfeff, 0xfeff},
                                       {0xffa0, 0xffa0},
                                       {0xfff0, 0x10ffff}}};
/// Of the last of these ranges: what there are letters in.
constexpr Range supplementary{0x10000, 0x323af};

bool is_fit(std::uint32_t point) {
  if (point >= supplementary.first && point <= supplementary.last) return (point & 0xfffe) != 0xfffe;
  return std::ranges::none_of(unfit, [point](Range range) { return point >= range.first && point <= range.last; });
}

bool is_visible_ascii(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_common_name(std::string_view name) {
  if (name.starts_with(' ') || name.ends_with(' ') || name.find("  ") != std::string_view::npos) return false;
  while (!name.empty()) {
    const auto point = next_point(name);
    if (!point || !is_fit(*point)) return false;
  }
  return true;
}

}  // namespace

bool is_identity_name(std::string_view identity) {
  constexpr std::string_view common = "cn:";
  for (const std::string_view kind : {std::string_view("uri:"), std::string_view("dns:")}) {
    if (identity.starts_with(kind))
      return identity.size() > kind.size() && is_visible_ascii(identity.substr(kind.size()));
  }
  return identity.starts_with(common) && identity.size() > common.size() &&
         is_common_name(identity.substr(common.size()));
}

}  // namespace tacit::auth
