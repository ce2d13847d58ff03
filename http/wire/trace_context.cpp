#include "http/wire/trace_context.hpp"

#include <algorithm>
#include <cstddef>

#include "crypto/text/ascii.hpp"

namespace tacit::http {
namespace {

constexpr std::size_t version_00_size = 55;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return !crypto::is_upper(c) && crypto::hex_value(c) >= 0; });
}

bool is_id(std::string_view text) { return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos; }

}  // namespace

std::string_view sane_traceparent(std::string_view field) {
  if (field.size() < version_00_size) return {};
  const std::string_view version = field.substr(0, 2);
  if (!is_hex(version) || version == "ff") return {};
  const bool longer = field.size() > version_00_size;
  if (longer && (version == "00" || field[version_00_size] != '-')) return {};
  const bool framed = field[2] == '-' && field[35] == '-' && field[52] == '-';
  const bool sane = framed && is_id(field.substr(3, 32)) && is_id(field.substr(36, 16)) && is_hex(field.substr(53, 2));
  return sane ? field.substr(0, version_00_size) : std::string_view();
}

}  // namespace tacit::http
