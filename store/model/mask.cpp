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

/// The size of the white space that the text begins with: Unicode's, and the byte order mark, with which files may
/// begin. 0 if it begins with none.
std::size_t white_space_at_begin(std::string_view text) {
  const auto byte = [text](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : static_cast<unsigned char>(0);
  };
  const unsigned char first = byte(0);
  const unsigned char second = byte(1);
  const unsigned char third = byte(2);
  if (first == ' ' || (first >= '\t' && first <= '\r')) return 1;
  if (first == 0xc2) return second == 0x85 || second == 0xa0 ? 2 : 0;
  const bool is_three_bytes = (first == 0xe1 && second == 0x9a && third == 0x80) ||
                              (first == 0xe2 && second == 0x80 &&
                               ((third >= 0x80 && third <= 0x8a) || third == 0xa8 || third == 0xa9 || third == 0xaf)) ||
                              (first == 0xe2 && second == 0x81 && third == 0x9f) ||
                              (first == 0xe3 && second == 0x80 && third == 0x80) ||
                              (first == 0xef && second == 0xbb && third == 0xbf);
  return is_three_bytes ? 3 : 0;
}

/// The same at the end.
std::size_t white_space_at_end(std::string_view text) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
    if (text.size() >= size && white_space_at_begin(text.substr(text.size() - size)) == size) return size;
  }
  return 0;
}

// Line ends; also in the escaped form that puts a PEM file on one line of an environment file.
constexpr std::array line_ends{"\r\n"sv, "\n"sv, "\r"sv, R"(\r\n)"sv, R"(\n)"sv, R"(\r)"sv};

constexpr auto dashes = "-----"sv;

std::size_t line_end_at_begin(std::string_view text) {
  const auto* const found =
      std::ranges::find_if(line_ends, [&](std::string_view word) { return text.starts_with(word); });
  return found == line_ends.end() ? 0 : found->size();
}

std::size_t line_end_at_end(std::string_view text) {
  const auto* const found =
      std::ranges::find_if(line_ends, [&](std::string_view word) { return text.ends_with(word); });
  return found == line_ends.end() ? 0 : found->size();
}

bool parted_before(std::string_view text) {
  return text.empty() || white_space_at_end(text) > 0 || line_end_at_end(text) > 0;
}
bool parted_after(std::string_view text) {
  return text.empty() || white_space_at_begin(text) > 0 || line_end_at_begin(text) > 0;
}

void skip(std::string_view& text, std::string_view characters) {
  text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

/// The number of dashes that the text begins with.
std::size_t dashes_at_begin(std::string_view text) { return std::min(text.find_first_not_of('-'), text.size()); }

/// The size of the armour at the start of the text (`-----BEGIN …-----`, `-----END …-----`); 0 if there is none.
std::size_t armour_size(std::string_view text) {
  if (!text.starts_with(dashes)) return 0;
  std::string_view rest = text;
  rest.remove_prefix(dashes_at_begin(rest));
  skip(rest, " \t");
  if (!rest.starts_with("BEGIN ") && !rest.starts_with("END ")) return 0;
  // The next dashes first: a search for the line's end from each of many such words would take quadratic time.
  const std::size_t end = rest.find(dashes);
  if (end == std::string_view::npos || rest.substr(0, end).find_first_of("\r\n") != std::string_view::npos) return 0;
  rest.remove_prefix(end);
  rest.remove_prefix(dashes_at_begin(rest));
  const std::size_t size = static_cast<std::size_t>(rest.data() - text.data());
  return parted_after(text.substr(size)) ? size : 0;
}

/// The value without its armour; std::nullopt if it has none. Takes linear time.
std::optional<crypto::WipedBytes> without_armour(std::string_view value) {
  std::size_t next = value.find(dashes);
  if (next == std::string_view::npos) return std::nullopt;
  crypto::WipedBytes left;
  left.reserve(value.size());
  bool found = false;
  std::size_t at = 0;
  for (; next != std::string_view::npos; next = value.find(dashes, at)) {
    left.append(value.substr(at, next - at));
    const std::string_view rest_of_value = value.substr(next);
    std::size_t size = armour_size(rest_of_value);
    if (!parted_before(value.substr(0, next))) size = 0;
    if (size == 0) {
      // Armour begins with a run of dashes, not within it.
      const std::size_t run = dashes_at_begin(rest_of_value);
      left.append(rest_of_value.substr(0, run));
      at = next + run;
      continue;
    }
    found = true;
    // Removes the rest of its line too.
    while (left.text().ends_with(' ') || left.text().ends_with('\t')) left.resize(left.size() - 1);
    std::string_view rest = value.substr(next + size);
    skip(rest, " \t");
    rest.remove_prefix(line_end_at_begin(rest));
    at = value.size() - rest.size();
  }
  if (!found) return std::nullopt;
  left.append(value.substr(at));
  return left;
}

/// Removes white space at both ends, and line ends if asked for.
void trim(std::string_view& text, bool with_line_ends) {
  for (;;) {
    std::size_t begin = white_space_at_begin(text);
    if (begin == 0 && with_line_ends) begin = line_end_at_begin(text);
    text.remove_prefix(begin);
    std::size_t end = white_space_at_end(text);
    if (end == 0 && with_line_ends) end = line_end_at_end(text);
    text.remove_suffix(end);
    if (begin == 0 && end == 0) return;
  }
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
  trim(text, stripped.has_value());
  return shorten(text);
}

bool is_mask_of(std::string_view display, std::string_view value) {
  return display == mask(value) || display == shorten(value);
}

}  // namespace tacit::store
