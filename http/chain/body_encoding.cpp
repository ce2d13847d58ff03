#include "http/chain/body_encoding.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "crypto/text/ascii.hpp"

namespace tacit::http {
namespace {

using namespace std::string_view_literals;

// The first bytes of gzip, zstd, zlib, bzip2 and xz; no JSON begins with them.
constexpr std::array compressed{"\x1f\x8b"sv, "\x28\xb5\x2f\xfd"sv, "\x78\x01"sv, "\x78\x5e"sv,
                                "\x78\x9c"sv, "\x78\xda"sv,         "BZh"sv,      "\xfd\x37\x7a\x58\x5a"sv};

// Byte order marks, UTF-32's little-endian one included.
constexpr std::array wide_marks{"\xff\xfe"sv, "\xfe\xff"sv};

}  // namespace

std::optional<Problem> unreadable_encoding(std::string_view body) {
  const auto begins = [body](std::string_view magic) { return body.starts_with(magic); };
  if (std::ranges::any_of(compressed, begins)) return Problem::body_compressed;
  // JSON begins with an ASCII character: a NUL beside it is part of a wider encoding.
  const bool wide = body.size() > 1 && (body[0] == '\0' || body[1] == '\0');
  if (wide || std::ranges::any_of(wide_marks, begins)) return Problem::body_not_utf8;
  return std::nullopt;
}

bool is_json_type(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; \t"));
  const std::string name = crypto::lower(type);
  return name.empty() || name == "application/json" || (name.starts_with("application/") && name.ends_with("+json"));
}

}  // namespace tacit::http
