#include "auth/identity_name.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "crypto/text/utf8.hpp"

namespace tacit::auth {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// Controls, blanks, invisible characters, direction marks, private use and noncharacters: two names that look alike
/// could differ in these.
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
/// The part of the last range that contains letters.
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
    const std::size_t size = crypto::first_character(name);
    if (size == 0 || !is_fit(crypto::code_point(name.substr(0, size)))) return false;
    name.remove_prefix(size);
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
