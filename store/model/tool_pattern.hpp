// Tool names and the patterns that stand for many of them. `*` matches any run of characters, the empty one too;
// nothing else is special.
#pragma once

#include <cstddef>
#include <string_view>

namespace tacit::store {

/// Whether `pattern` covers the whole of `name`. Linear in memory-free steps: O(|pattern| × |name|) at worst, never
/// exponential.
bool tool_matches(std::string_view pattern, std::string_view name);

inline bool is_pattern(std::string_view tool) { return tool.find('*') != std::string_view::npos; }

/// The characters (code points) that are not `*`: of two patterns that match one name, the one with more is more
/// specific.
std::size_t literal_length(std::string_view pattern);

}  // namespace tacit::store
