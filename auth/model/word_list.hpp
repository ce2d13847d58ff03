// Lists of names within sentences.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tacit::auth {

/// The words in their order, each within `quote`; `between` separates them, and `last` separates the last two.
std::string word_list(std::span<const std::string_view> words, std::string_view between, std::string_view last,
                      std::string_view quote = {});

}  // namespace tacit::auth
