#include "store/model/tool_pattern.hpp"

#include <algorithm>

#include "crypto/text/utf8.hpp"

namespace tacit::store {

// Backtracks to the last `*` only: on a mismatch, that `*` takes one more character. An earlier `*` needs no retry,
// because the last one can take any characters that an earlier one could take.
bool tool_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::size_t literal_length(std::string_view pattern) {
  return static_cast<std::size_t>(
      std::ranges::count_if(pattern, [](char c) { return c != '*' && !crypto::continues_character(c); }));
}

}  // namespace tacit::store
