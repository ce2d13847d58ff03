#include "crypto/files/text_file.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "crypto/files/bounded_file.hpp"

namespace tacit::crypto {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

constexpr std::string_view utf16_text = "is UTF-16 text; save it as UTF-8";
constexpr std::string_view utf32_text = "is UTF-32 text; save it as UTF-8";

std::string_view mark_of_encoding(std::string_view text) {
  using std::string_view_literals::operator""sv;
  if (text.starts_with("\xff\xfe\0\0"sv) || text.starts_with("\0\0\xfe\xff"sv)) return utf32_text;
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return utf16_text;
  return {};
}

// ASCII in UTF-16 has a zero next to each character.
bool alternates_with_zeros(std::string_view text) {
  if (text.size() < 4 || text.size() % 2 != 0) return false;
  const std::size_t zero = text.front() == '\0' ? 0 : 1;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    if (text[i + zero] != '\0' || text[i + 1 - zero] == '\0') return false;
  }
  return true;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n'; });
}

// Moves the kept characters to the front; returns their number.
std::size_t make_plain(std::span<char> text) {
  const std::string_view all(text.data(), text.size());
  std::size_t kept = 0;
  for (std::size_t at = 0; at < all.size(); ++at) {
    const bool line_starts = at == 0 || all[at - 1] == '\n';
    while (line_starts && all.substr(at).starts_with(byte_order_mark)) at += byte_order_mark.size();
    if (at == all.size()) break;
    const bool line_ends = all[at] == '\r' && (at + 1 == all.size() || all[at + 1] == '\n');
    if (!line_ends) text[kept++] = all[at];
  }
  return kept;
}

template <class Text>
std::optional<std::string> make_plain_of(Text& text, std::span<char> characters) {
  if (auto fault = find_encoding_fault({characters.data(), characters.size()})) return fault;
  text.resize(make_plain(characters));
  return std::nullopt;
}

}  // namespace

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return text;
}

std::optional<std::string> find_encoding_fault(std::string_view text) {
  std::string_view fault = mark_of_encoding(text);
  if (fault.empty() && alternates_with_zeros(text.substr(0, 4))) fault = utf16_text;
  return fault.empty() ? std::nullopt : std::optional<std::string>(fault);
}

std::optional<std::string> make_plain_text(std::string& text) { return make_plain_of(text, text); }

std::optional<std::string> make_plain_text(WipedBytes& text) {
  return make_plain_of(text, {reinterpret_cast<char*>(text.data()), text.size()});
}

std::optional<std::string> make_plain_secret(WipedBytes& secret) {
  const std::string_view text = secret.text();
  const std::size_t mark = mark_of_encoding(text) == utf16_text ? 2 : 0;
  if (alternates_with_zeros(text.substr(mark))) return std::string(utf16_text);
  const std::string_view rest = without_byte_order_mark(text);
  if (rest.size() < text.size() && !has_control_characters(rest)) {
    WipedBytes plain(as_bytes(rest));
    secret = std::move(plain);
  }
  return std::nullopt;
}

boost::system::result<std::string, TextFileError> read_text_file(const std::filesystem::path& file, std::size_t most) {
  const FileBound bound{most, std::to_string(most / 1024) + " KiB"};
  const auto content = read_bounded_file(file, bound, SpecialFiles::shell_pipes);
  if (content.has_error()) return TextFileError{content.error().message};
  std::string text(content->text());
  if (const auto fault = make_plain_text(text)) return TextFileError{file.string() + ": " + *fault};
  return {boost::system::in_place_value, std::move(text)};
}

}  // namespace tacit::crypto
