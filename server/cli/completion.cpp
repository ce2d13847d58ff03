#include "server/cli/completion.hpp"

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>

#include "auth/model/scope_names.hpp"
#include "crypto/text/sentence.hpp"
#include "server/cli/command_line.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> all_scopes() {
  std::vector<std::string> words;
  for (const std::string_view name : auth::scope_names(store::api_scopes | store::Scope::tools_use))
    words.emplace_back(name);
  return words;
}

// The first sentence, because a shell shows one line. Not every full stop ends a sentence.
std::string first_sentence(const std::string& text) {
  const auto end = text.find(". ");
  return end == std::string::npos ? text : text.substr(0, end + 1);
}

CompletedOption completed(const po::option_description& option) {
  CompletedOption result;
  result.name = option.long_name();
  const std::string shortest = option.canonical_display_name(po::command_line_style::allow_dash_for_short);
  if (is_short_form(shortest)) result.short_name = shortest[1];
  result.takes_value = option.semantic()->max_tokens() > 0;
  if (result.takes_value) result.argument = option.format_parameter();
  result.repeats = result.argument == "SCOPE";
  result.help = first_sentence(option.description());
  return result;
}

}  // namespace

const char* const key_ids_call = "tacit key list 2>/dev/null | awk 'NR > 1 { print $2 }'";
const char* const api_key_ids_call = "tacit api-key list 2>/dev/null | awk '$2 == \"active\" { print $1 }'";

Proposal proposal_for(std::string_view what) {
  using Kind = Proposal::Kind;
  if (what == "[KEYRING]") return {Kind::words, {"root", "metadata"}};  // of `key rewrap`
  if (what.starts_with('[') && what.ends_with(']')) what = what.substr(1, what.size() - 2);
  if (what == "FILE" || what.starts_with("FILE|")) return {Kind::file};  // also offers words that are not files
  if (what == "DIRECTORY") return {Kind::directory};
  if (what == "KEY") return {Kind::key_ids};
  if (what == "ID") return {Kind::api_key_ids};
  if (what == "KEYRING") {
    return {Kind::words, {"root", "metadata", "signing", "audit-api", "audit-tools", "audit-operator"}};
  }
  if (what == "SCOPE") return {Kind::words, all_scopes()};
  if (what.find('|') != what.npos) return {Kind::words, split(what, '|')};
  return {};
}

std::vector<CompletedCommand> completed_commands() {
  std::vector<CompletedCommand> all;
  for (const Command& command : commands()) {
    CompletedCommand result{command.name, command.summary, {}, {}};
    const CommandOptions options(command);
    for (const auto* list : {&options.own, &options.settings}) {
      for (const auto& option : list->options()) result.options.push_back(completed(*option));
    }
    result.operands.assign(command.operands.begin(), command.operands.end());
    all.push_back(std::move(result));
  }
  return all;
}

std::vector<CompletedWord> next_words(std::string_view group) {
  std::vector<CompletedWord> words;
  for (const Command& command : commands()) {
    const std::string word(word_after(group, command));
    if (word.empty() || std::ranges::find(words, word, &CompletedWord::word) != words.end()) continue;
    std::string name(group);
    crypto::append_part(name, word, " ");
    if (name == command.name) {
      words.push_back({word, command.summary});
      continue;
    }
    std::string following;
    for (const CompletedWord& next : next_words(name)) crypto::append_part(following, next.word, ", ");
    words.push_back({word, following});
  }
  return words;
}

std::vector<CompletedWord> first_words() {
  std::vector<CompletedWord> words = next_words({});
  words.push_back({"help", "Explains a command."});
  return words;
}

std::vector<std::string> command_groups(std::size_t words) {
  std::vector<std::string> groups;
  for (const Command& command : commands()) {
    std::string group;
    std::string_view word;
    for (std::size_t i = 0; i < words && !(word = word_after(group, command)).empty(); ++i) {
      crypto::append_part(group, word, " ");
    }
    const bool is_group = !word.empty() && !word_after(group, command).empty();
    if (is_group && std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
  }
  return groups;
}

}  // namespace tacit::server
