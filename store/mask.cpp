#include <algorithm>

#include "store/secret.hpp"

namespace tacit::store {
namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

/// The bytes of the first `count` characters.
std::size_t bytes_of_first(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (starts_character(text[at]) && count-- == 0) break;
  }
  return at;
}

}  // namespace

std::string mask(std::string_view value) {
  const auto characters = static_cast<std::size_t>(std::count_if(value.begin(), value.end(), starts_character));
  const std::size_t shown = std::min<std::size_t>(4, characters / 8);
  std::string result(value.substr(0, bytes_of_first(value, shown)));
  result += "****";
  result += value.substr(bytes_of_first(value, characters - shown));
  return result;
}

}  // namespace tacit::store
