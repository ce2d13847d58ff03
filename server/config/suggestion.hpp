// The name that was probably meant by one that does not exist: "did you mean …?".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::server {

/// How many single mistakes lie between the two: a letter too many, too few, wrong, or swapped with its neighbour.
/// Upper and lower case, and `-`, `_` and blank, count as the same.
std::size_t mistakes_between(std::string_view a, std::string_view b);

/// The name that is most like the word. Returns nullopt if none is like enough to have been meant, or if the word is so
/// long that no name can be.
std::optional<std::string> nearest_name(std::string_view word, std::span<const std::string> names);

/// "; did you mean NAME?", or an empty text. For the end of a message.
std::string did_you_mean(std::string_view word, std::span<const std::string> names);

/// The message, and after it where to read more: "see tacit help TOPIC".
std::string with_help(std::string message, std::string_view topic = {});

}  // namespace tacit::server
