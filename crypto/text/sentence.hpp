// Parts of sentences and lines for people: counted nouns, and lists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace tacit::crypto {

/// "1 tenant", "2 tenants". `many` is needed if the plural is not `one` and an s.
inline std::string counted(std::uint64_t number, std::string_view one, std::string_view many = {}) {
  std::string text = std::to_string(number);
  text.append(" ").append(number == 1 || many.empty() ? one : many);
  if (number != 1 && many.empty()) text.push_back('s');
  return text;
}

/// Appends a part of a list; `between` comes before every part but the first.
inline void append_part(std::string& list, std::string_view part, std::string_view between) {
  if (!list.empty()) list.append(between);
  list.append(part);
}

/// The texts of a container in their order, each within `quote`; `between` separates them, and `last` the last two.
template <class Texts>
std::string joined(const Texts& texts, std::string_view between, std::string_view last, std::string_view quote = {}) {
  std::string list;
  std::size_t left = std::size(texts);
  for (const auto& text : texts) {
    list.append(quote).append(text).append(quote);
    if (--left > 0) list.append(left == 1 ? last : between);
  }
  return list;
}
template <class Texts>
std::string joined(const Texts& texts, std::string_view between) {
  return joined(texts, between, between);
}

}  // namespace tacit::crypto
