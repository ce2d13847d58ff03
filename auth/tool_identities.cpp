#include "auth/tool_identities.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>

#include "store/tool_pattern.hpp"

namespace tacit::auth {
namespace {

constexpr std::array<std::string_view, 3> kinds = {"uri:", "dns:", "cn:"};
constexpr std::string_view blank = " \t\r";

// Cuts the next word off the line; an empty one at its end. A # that begins a word begins a comment.
std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
  if (line.starts_with('#')) line = {};
  const auto word = line.substr(0, line.find_first_of(blank));
  line.remove_prefix(word.size());
  return word;
}

std::string_view next_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// What is wrong with an identity's name, if anything.
std::optional<std::string> fault_of(std::string_view identity) {
  const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](auto k) { return identity.starts_with(k); });
  if (kind == kinds.end()) return "an identity starts with uri:, dns: or cn:";
  if (identity.size() == kind->size()) return "the identity has no name after its kind";
  if (store::is_pattern(identity)) return "an identity is one name and takes no *; only its tools do";
  return std::nullopt;
}

}  // namespace

boost::system::result<ToolIdentities, ToolIdentities::Error> ToolIdentities::load(const std::filesystem::path& file) {
  std::error_code ignored;
  // A directory opens like a file, and then throws when read.
  if (std::filesystem::is_directory(file, ignored)) return Error{file.string() + ": is a directory"};
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) return Error{file.string() + ": cannot be read"};
  return parse(text, file.string());
}

boost::system::result<ToolIdentities, ToolIdentities::Error> ToolIdentities::parse(std::string_view text,
                                                                                   std::string_view file_name) {
  ToolIdentities identities;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = next_line(text);
    const std::string_view identity = next_word(line);
    if (identity.empty()) continue;
    const auto error = [&](std::string_view why) {
      return Error{std::string(file_name) + ":" + std::to_string(number) + ": " + std::string(why)};
    };
    if (const auto fault = fault_of(identity)) return error(*fault);
    std::vector<std::string> patterns;
    for (auto word = next_word(line); !word.empty(); word = next_word(line)) patterns.emplace_back(word);
    if (patterns.empty()) return error(std::string(identity) + " is granted no tools");
    const bool is_new = identities.patterns_.emplace(identity, std::move(patterns)).second;
    if (!is_new) return error(std::string(identity) + " is listed twice");
  }
  if (identities.patterns_.empty()) return Error{std::string(file_name) + ": lists no identities"};
  return identities;
}

bool ToolIdentities::may_use(std::string_view identity, std::string_view tool_name) const {
  const auto found = patterns_.find(identity);
  if (found == patterns_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const std::string& pattern) { return store::tool_matches(pattern, tool_name); });
}

bool ToolIdentities::knows(std::string_view identity) const { return patterns_.find(identity) != patterns_.end(); }

}  // namespace tacit::auth
