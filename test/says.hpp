// Whether a text has a part, for assertions on messages.
#pragma once

#include <string_view>

namespace tacit::test {

inline bool says(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace tacit::test
