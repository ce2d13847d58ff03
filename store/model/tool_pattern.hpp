// Tool names and patterns. `*` matches any run of characters, including the empty one; no other character is special.
#pragma once

#include <cstddef>
#include <string_view>

namespace tacit::store {

/// Whether `pattern` matches the whole of `name`. Needs no memory; O(|pattern| × |name|) steps at worst, never
/// exponential.
bool tool_matches(std::string_view pattern, std::string_view name);

inline bool is_pattern(std::string_view tool) { return tool.find('*') != std::string_view::npos; }

/// The number of code points other than `*`: of two patterns that match a name, the one with more is more specific.
std::size_t literal_length(std::string_view pattern);

}  // namespace tacit::store
