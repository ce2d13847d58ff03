#include "store/model/mask.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "crypto/memory/wiped.hpp"
#include "crypto/text/utf8.hpp"
#include "store/model/secret.hpp"

namespace tacit::store {
namespace {

using namespace std::string_view_literals;

// Unicode's white space, and the byte order mark, with which files may begin.
constexpr std::array white_space{
    "\t"sv,           "\n"sv,           "\v"sv,           "\f"sv,           "\r"sv,           " "sv,
    "\xc2\x85"sv,     "\xc2\xa0"sv,     "\xe1\x9a\x80"sv, "\xe2\x80\x80"sv, "\xe2\x80\x81"sv, "\xe2\x80\x82"sv,
    "\xe2\x80\x83"sv, "\xe2\x80\x84"sv, "\xe2\x80\x85"sv, "\xe2\x80\x86"sv, "\xe2\x80\x87"sv, "\xe2\x80\x88"sv,
    "\xe2\x80\x89"sv, "\xe2\x80\x8a"sv, "\xe2\x80\xa8"sv, "\xe2\x80\xa9"sv, "\xe2\x80\xaf"sv, "\xe2\x81\x9f"sv,
    "\xe3\x80\x80"sv, "\xef\xbb\xbf"sv};

// Line ends; also in the escaped form that puts a PEM file on one line of an environment file.
constexpr std::array line_ends{"\r\n"sv, "\n"sv, "\r"sv, R"(\r\n)"sv, R"(\n)"sv, R"(\r)"sv};

constexpr auto dashes = "-----"sv;

template <class Words>
std::size_t size_at_begin(std::string_view text, const Words& words) {
  const auto found = std::ranges::find_if(words, [&](std::string_view word) { return text.starts_with(word); });
  return found == words.end() ? 0 : found->size();
}

template <class Words>
std::size_t size_at_end(std::string_view text, const Words& words) {
  const auto found = std::ranges::find_if(words, [&](std::string_view word) { return text.ends_with(word); });
  return found == words.end() ? 0 : found->size();
}

bool parted_before(std::string_view text) {
  return text.empty() || size_at_end(text, white_space) > 0 || size_at_end(text, line_ends) > 0;
}
bool parted_after(std::string_view text) {
  return text.empty() || size_at_begin(text, white_space) > 0 || size_at_begin(text, line_ends) > 0;
}

void skip(std::string_view& text, std::string_view characters) {
  text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

/// The size of the armour at the start of the text (`-----BEGIN …-----`, `-----END …-----`); 0 if there is none.
std::size_t armour_size(std::string_view text) {
  if (!text.starts_with(dashes)) return 0;
  std::string_view rest = text;
  skip(rest, "-");
  skip(rest, " \t");
  if (!rest.starts_with("BEGIN ") && !rest.starts_with("END ")) return 0;
  rest = rest.substr(0, rest.find_first_of("\r\n"));
  const std::size_t end = rest.find(dashes);
  if (end == std::string_view::npos) return 0;
  rest.remove_prefix(end);
  skip(rest, "-");
  const std::size_t size = static_cast<std::size_t>(rest.data() - text.data());
  return parted_after(text.substr(size)) ? size : 0;
}

/// The value without its armour; std::nullopt if it has none.
std::optional<crypto::WipedBytes> without_armour(std::string_view value) {
  crypto::WipedBytes left;
  left.reserve(value.size());
  bool found = false;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t size = parted_before(value.substr(0, at)) ? armour_size(value.substr(at)) : 0;
    if (size == 0) {
      left.push_back(value[at++]);
      continue;
    }
    found = true;
    // Removes the rest of its line too.
    while (left.text().ends_with(' ') || left.text().ends_with('\t')) left.resize(left.size() - 1);
    std::string_view rest = value.substr(at + size);
    skip(rest, " \t");
    rest.remove_prefix(size_at_begin(rest, line_ends));
    at = value.size() - rest.size();
  }
  if (!found) return std::nullopt;
  return left;
}

template <class Words>
void trim(std::string_view& text, const Words& words) {
  while (const std::size_t size = size_at_begin(text, words)) text.remove_prefix(size);
  while (const std::size_t size = size_at_end(text, words)) text.remove_suffix(size);
}

/// The size of the first `count` characters in bytes.
std::size_t bytes_of_first(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!crypto::continues_character(text[at]) && count-- == 0) break;
  }
  return at;
}

std::string shorten(std::string_view text) {
  const std::size_t characters = crypto::count_code_points(text);
  const std::size_t shown = std::min<std::size_t>(4, characters / 8);
  std::string result(text.substr(0, bytes_of_first(text, shown)));
  result += "****";
  result += text.substr(bytes_of_first(text, characters - shown));
  return result;
}

}  // namespace

std::string mask(std::string_view value) {
  const auto stripped = without_armour(value);
  std::string_view text = stripped ? stripped->text() : value;
  for (std::size_t before = text.size() + 1; before != text.size();) {
    before = text.size();
    trim(text, white_space);
    if (stripped) trim(text, line_ends);
  }
  return shorten(text);
}

bool is_mask_of(std::string_view display, std::string_view value) {
  return display == mask(value) || display == shorten(value);
}

}  // namespace tacit::store
