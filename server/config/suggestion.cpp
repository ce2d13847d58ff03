#include "server/config/suggestion.hpp"

#include <algorithm>

#include "crypto/text/ascii.hpp"

namespace tacit::server {
namespace {

constexpr std::size_t longest_word = 64;

char folded(char c) { return c == '_' || c == ' ' ? '-' : crypto::lower(c); }

bool same(char a, char b) { return folded(a) == folded(b); }

// One mistake in a short word, two or three in a long one: more would propose unrelated names.
std::size_t most_mistakes(std::size_t length) { return std::clamp<std::size_t>(length / 3, 1, 3); }

// "sever" for "serve": any reordering of the letters counts as one mistake.
bool same_letters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin(), same);
}

}  // namespace

std::size_t mistakes_between(std::string_view a, std::string_view b) {
  // Row i of the edit distance table holds the distances of a's first i characters. Swaps also need row i - 2.
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::optional<std::string> nearest_name(std::string_view word, std::span<const std::string> names) {
  if (word.empty() || word.size() > longest_word) return std::nullopt;
  std::optional<std::string> best;
  std::size_t least = most_mistakes(word.size()) + 1;
  for (const std::string& name : names) {
    const std::size_t between = mistakes_between(word, name);
    const std::size_t mistakes = between > 1 && same_letters(word, name) ? 1 : between;
    // A name of two letters is one mistake away from many words.
    if (mistakes >= least || mistakes >= name.size()) continue;
    least = mistakes;
    best = name;
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> names) {
  const auto name = nearest_name(word, names);
  return name ? "; did you mean " + *name + "?" : "";
}

std::string with_help(std::string message, std::string_view topic) {
  message += message.ends_with('?') ? " See tacit help" : "; see tacit help";
  if (!topic.empty()) message.append(" ").append(topic);
  return message;
}

}  // namespace tacit::server
