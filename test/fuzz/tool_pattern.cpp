// Tool patterns: against a table of all prefixes; and the binding index finds each pattern that matches.
#include "store/model/tool_pattern.hpp"

#include <vector>

#include "store/rows/binding_index.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

/// By dynamic programming over all prefixes of both.
bool matches_slowly(std::string_view pattern, std::string_view name) {
  std::vector<bool> row(name.size() + 1, false);  // whether the pattern so far matches each prefix of the name
  row[0] = true;
  for (const char c : pattern) {
    std::vector<bool> next(row.size(), false);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (c == '*') {
        next[i] = row[i] || (i > 0 && next[i - 1]);
      } else {
        next[i] = i > 0 && row[i - 1] && name[i - 1] == c;
      }
    }
    row = std::move(next);
  }
  return row.back();
}

bool finds(const std::vector<store::IndexedPattern>& patterns, const store::IndexedPattern& wanted) {
  return std::ranges::any_of(patterns, [&](const store::IndexedPattern& pattern) {
    return pattern.exact == wanted.exact && pattern.literal == wanted.literal;
  });
}

Description describe() {
  const auto pair = [](std::string_view pattern, std::string_view name) { return Seed().text(pattern).rest(name); };
  return {.max_size = 300,
          .seeds = {pair("agno__linear__*", "agno__linear__create_issue"), pair("*", ""), pair("**a*b*", "aab"),
                    pair("a*b*c", "axbxbxc"), pair("", ""), pair("exact", "exact"),
                    pair(std::string(100, 'a') + "*" + "b", std::string(120, 'a') + "b"),
                    pair("*a*a*a*a*a*a*b", std::string(60, 'a'))},
          .words = {"*", "**", "a*", "*a", "agno__"}};
}

void take(std::string_view input) {
  Input in(input);
  const std::string_view pattern = in.text();
  const std::string_view name = in.rest();
  const bool matches = store::tool_matches(pattern, name);
  TACIT_HOLDS(matches == matches_slowly(pattern, name));
  TACIT_HOLDS(store::literal_length(pattern) <= pattern.size());

  const store::IndexedPattern indexed = store::indexed_pattern(pattern);
  TACIT_HOLDS(indexed.exact == !store::is_pattern(pattern) && pattern.starts_with(indexed.literal));
  store::PrefixCounts counts;
  counts.add(3);
  if (!indexed.exact) counts.add(indexed.literal.size());
  TACIT_HOLDS(!matches || finds(store::patterns_to_look_up(counts, name), indexed));
  store::PrefixCounts same;
  TACIT_HOLDS(same.assign(counts.entries()) && same == counts);
  if (!indexed.exact) counts.remove(indexed.literal.size());
  counts.remove(3);
  TACIT_HOLDS(counts.entries().empty());
}

const Target target("tool_pattern", describe, take);

}  // namespace
}  // namespace tacit::fuzz
