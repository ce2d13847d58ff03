// Rules of the contract that concern a text alone, written independently of the server.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::test::model {

/// The text's code points, each in UTF-8.
std::vector<std::string> code_points(std::string_view text);

/// What `display` shows of a value.
std::string mask_of(std::string_view value);

/// Whether a tool pattern, in which `*` matches any run of characters, matches the whole text.
bool matches(std::string_view pattern, std::string_view text);

/// The characters of a pattern other than `*`.
std::size_t literal_characters(std::string_view pattern);

/// RFC 3339 in UTC with microseconds, as the server writes it: instants compare as texts.
std::string instant(std::chrono::system_clock::time_point time);
std::string in_seconds(int seconds);
std::string now();

}  // namespace tacit::test::model
