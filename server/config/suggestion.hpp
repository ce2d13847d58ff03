// Suggestions for unknown names: "did you mean …?".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::server {

/// The number of mistakes between the two: a letter too many, too few, wrong, or swapped with its neighbour.
/// Case is ignored, and `-`, `_` and blank are equal.
std::size_t mistakes_between(std::string_view a, std::string_view b);

/// The name most similar to the word. Returns nullopt if none is similar enough, or if the word is too long for any
/// name.
std::optional<std::string> nearest_name(std::string_view word, std::span<const std::string> names);

/// "; did you mean NAME?" for the end of a message, or an empty text.
std::string did_you_mean(std::string_view word, std::span<const std::string> names);

/// The message with "see tacit help TOPIC" appended.
std::string with_help(std::string message, std::string_view topic = {});

}  // namespace tacit::server
