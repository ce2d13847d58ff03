#include "auth/model/word_list.hpp"

namespace tacit::auth {

std::string word_list(std::span<const std::string_view> words, std::string_view between, std::string_view last,
                      std::string_view quote) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text.append(i + 1 == words.size() ? last : between);
    text.append(quote).append(words[i]).append(quote);
  }
  return text;
}

}  // namespace tacit::auth
