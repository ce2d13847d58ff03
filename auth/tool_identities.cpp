#include "auth/tool_identities.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "auth/identity_name.hpp"
#include "crypto/files/text_file.hpp"
#include "crypto/text/ascii.hpp"
#include "store/model/tool_pattern.hpp"

namespace tacit::auth {
namespace {

constexpr std::array<std::string_view, 3> kinds = {"uri:", "dns:", "cn:"};
constexpr std::string_view blank = " \t\r";
constexpr std::string_view label_word = "label=";
constexpr std::string_view default_label = "runtime";
constexpr std::size_t most_label_bytes = 64;

/// A word of a line. Quotes enclose the whole word, or only the name of an identity; \" and \\ within them stand for a
/// quote and a backslash.
struct Word {
  std::string text;
  bool quoted = false;
  bool comma = false;  ///< outside of quotes
};

bool has_kind(std::string_view word) {
  return std::ranges::any_of(kinds, [&](std::string_view kind) { return word.starts_with(kind); });
}

std::string_view next_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// Takes quoted text off the line, including the closing quote. False if there is no closing quote, or if a backslash
// precedes anything but a quote or a backslash.
bool take_quoted(std::string_view& line, std::string& text) {
  line.remove_prefix(1);
  while (!line.empty()) {
    const char c = line.front();
    line.remove_prefix(1);
    if (c == '"') return true;
    if (c == '\\') {
      if (!line.starts_with('"') && !line.starts_with('\\')) return false;
      text += line.front();
      line.remove_prefix(1);
    } else {
      text += c;
    }
  }
  return false;
}

// Reads one line: an identity, then its tools. A # at the beginning of a word starts a comment.
class Line {
 public:
  explicit Line(std::string_view line) : rest_(line) {}
  /// The syntax error of the line, if any.
  std::optional<std::string> read();
  const std::vector<Word>& words() const { return words_; }

 private:
  std::optional<std::string> read_word();
  std::string_view rest_;
  std::vector<Word> words_;
};

std::optional<std::string> Line::read_word() {
  Word& word = words_.emplace_back();
  while (!rest_.empty() && blank.find(rest_.front()) == std::string_view::npos) {
    const bool at_start = word.text.empty() || std::ranges::find(kinds, word.text) != kinds.end();
    if (rest_.front() == '"' && at_start && !word.quoted) {
      word.quoted = true;
      if (!take_quoted(rest_, word.text)) {
        return "a quoted name has no closing quote, or a backslash before something other than a quote or a backslash";
      }
      if (!rest_.empty() && blank.find(rest_.front()) == std::string_view::npos) {
        return "a closing quote is not followed by a blank";
      }
      continue;
    }
    const char c = rest_.front();
    if (c == '"') return "a quote stands within a word; quotes go around a whole name, as in cn:\"My Runtime\"";
    word.comma = word.comma || c == ',' || c == ';';
    word.text += c;
    rest_.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<std::string> Line::read() {
  for (;;) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(blank), rest_.size()));
    if (rest_.empty() || rest_.starts_with('#')) return std::nullopt;
    if (auto fault = read_word()) return fault;
  }
}

// What is wrong with an identity's name, if anything.
std::optional<std::string> fault_of(const Word& word) {
  const std::string_view identity = word.text;
  const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](auto k) { return identity.starts_with(k); });
  if (kind == kinds.end()) return "an identity must start with uri:, dns: or cn:";
  if (identity.size() == kind->size()) return "the identity has no name after its kind";
  if (store::is_pattern(identity)) return "an identity is one name and takes no *; only its tools do";
  if (word.comma && !word.quoted) {
    return "an identity has a comma or a semicolon; a line has one identity, then its tools, separated by blanks. "
           "Quote a name that has one, as in cn:\"a, b\"";
  }
  if (!is_identity_name(identity)) {
    return "no certificate can have that name: a URI or DNS name is visible ASCII without blanks, a common name is "
           "UTF-8 without control characters and unusual blanks";
  }
  return std::nullopt;
}

bool is_label_word(const Word& word) { return !word.quoted && word.text.starts_with(label_word); }

/// The index of the first tool.
std::size_t first_tool(const std::vector<Word>& words) { return words.size() > 1 && is_label_word(words[1]) ? 2 : 1; }

/// Empty if the line has none.
std::string label_of_line(const std::vector<Word>& words) {
  return first_tool(words) == 1 ? std::string() : words[1].text.substr(label_word.size());
}

// What is wrong with a line's label, if anything.
std::optional<std::string> fault_of_label(const std::vector<Word>& words) {
  for (std::size_t i = first_tool(words); i < words.size(); ++i) {
    if (is_label_word(words[i]))
      return "a label stands once, directly after the identity; a tool of that name is quoted";
  }
  if (first_tool(words) == 1) return std::nullopt;
  const std::string label = label_of_line(words);
  const bool good = !label.empty() && label.size() <= most_label_bytes && std::ranges::all_of(label, [](char c) {
    return crypto::is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
  });
  if (good) return std::nullopt;
  return "a label has 1 to " + std::to_string(most_label_bytes) +
         " letters, digits, '-', '_' and '.', as in label=my-runtime";
}

bool is_snake_or_pattern(std::string_view tool) { return tool.find_first_of("*_") != std::string_view::npos; }

bool has_upper_case(std::string_view tool) { return std::ranges::any_of(tool, crypto::is_upper); }

// Whether an unquoted word after an unquoted common name may be the rest of that name rather than a tool. Tool names
// usually contain * or _; any other word counts as a tool only if it is the single one and has no upper case.
bool may_be_of_the_name(const Word& tool, std::size_t tools) {
  if (tool.quoted) return false;
  if (!is_snake_or_pattern(tool.text)) return tools > 1 || has_upper_case(tool.text);
  return has_upper_case(tool.text) && tool.text.find('*') == std::string::npos &&
         tool.text.find("__") == std::string::npos;
}

// What is wrong with a tool, if anything.
std::optional<std::string> fault_of_tool(const Word& tool) {
  if (tool.text.empty()) return "a tool has no name";
  if (tool.quoted) return std::nullopt;
  if (tool.comma) {
    return "tools are separated by blanks, not by commas or semicolons; a tool whose name has one is quoted";
  }
  if (has_kind(tool.text))
    return "a line has one identity; " + tool.text + " needs a line of its own, or quotes if it is a tool";
  const bool has_letter = std::ranges::any_of(tool.text, [](char c) {
    return c == '*' || crypto::is_letter_or_digit(c) || static_cast<unsigned char>(c) >= 0x80;
  });
  if (!has_letter) return "after an identity come its tools, separated by blanks; " + tool.text + " is not a tool name";
  return std::nullopt;
}

std::string ambiguous(const std::string& name, const std::string& word) {
  return "\"" + word + "\" may be a part of the common name or a tool. Quote the name: cn:\"" + name + " " + word +
         "\" if it is a part, cn:\"" + name + "\" if it is a tool";
}

std::optional<std::string> fault_of_tools(const std::vector<Word>& words) {
  const Word& identity = words.front();
  const std::size_t first = first_tool(words);
  for (std::size_t i = first; i < words.size(); ++i) {
    if (auto fault = fault_of_tool(words[i])) return fault;
    // A label shows where the name ends.
    if (identity.quoted || first > 1 || !identity.text.starts_with("cn:")) continue;
    if (!may_be_of_the_name(words[i], words.size() - 1)) continue;
    return ambiguous(identity.text.substr(3), words[i].text);
  }
  return std::nullopt;
}

bool is_text(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
  });
}

}  // namespace

boost::system::result<ToolIdentities, ToolIdentities::Error> ToolIdentities::load(const std::filesystem::path& file) {
  const auto text = crypto::read_text_file(file);
  if (!text) return Error{text.error().message};
  return parse(*text, file.string());
}

boost::system::result<ToolIdentities, ToolIdentities::Error> ToolIdentities::parse(std::string_view text,
                                                                                   std::string_view file_name) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!is_text(text)) return Error{std::string(file_name) + ": has control characters; it has to be UTF-8 text"};
  ToolIdentities identities;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto error = [&](std::string_view why) {
      return Error{std::string(file_name) + ":" + std::to_string(number) + ": " + std::string(why)};
    };
    Line line(next_line(text));
    if (const auto fault = line.read()) return error(*fault);
    const std::vector<Word>& words = line.words();
    if (words.empty()) continue;
    const std::string& identity = words.front().text;
    if (const auto fault = fault_of(words.front())) return error(*fault);
    if (const auto fault = fault_of_label(words)) return error(*fault);
    if (words.size() == first_tool(words)) return error(identity + " is granted no tools");
    if (const auto fault = fault_of_tools(words)) return error(*fault);
    Grant grant;
    grant.label = label_of_line(words);
    for (std::size_t i = first_tool(words); i < words.size(); ++i) grant.patterns.push_back(words[i].text);
    const bool is_new = identities.grants_.emplace(identity, std::move(grant)).second;
    if (!is_new) return error(identity + " is listed twice");
  }
  if (identities.grants_.empty()) return Error{std::string(file_name) + ": lists no identities"};
  return identities;
}

bool ToolIdentities::may_use(std::string_view identity, std::string_view tool_name) const {
  const auto found = grants_.find(identity);
  if (found == grants_.end()) return false;
  const std::vector<std::string>& patterns = found->second.patterns;
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return store::tool_matches(pattern, tool_name); });
}

bool ToolIdentities::knows(std::string_view identity) const { return grants_.find(identity) != grants_.end(); }

std::string_view ToolIdentities::label_of(std::string_view identity) const {
  const auto found = grants_.find(identity);
  return found == grants_.end() || found->second.label.empty() ? default_label : std::string_view(found->second.label);
}

}  // namespace tacit::auth
