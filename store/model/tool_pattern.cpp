#include "store/model/tool_pattern.hpp"

#include <algorithm>

#include "crypto/utf8.hpp"

namespace tacit::store {

// Remembers only the last `*`: when what follows it does not fit, it takes one character more and tries again. An
// earlier `*` never needs another try, because whatever it could take the last one can take too.
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
