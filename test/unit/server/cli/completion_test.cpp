// The completions as the shells read them.
#include "server/cli/completion.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <sstream>
#include <string>

#include "server/cli/command_line.hpp"
#include "server/cli/manual.hpp"
#include "test/temporary_folder.hpp"

using namespace tacit::server;
using Words = std::set<std::string>;

namespace {

std::string output_of(const std::string& call) {
  std::FILE* const pipe = ::popen((call + " 2>&1").c_str(), "r");
  BOOST_TEST_REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 4096> part{};
  for (std::size_t size = 0; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
    text.append(part.data(), size);
  const int status = ::pclose(pipe);
  BOOST_TEST(status == 0, call + ": " + text);
  return text;
}

// The first word of each line. In fish an explanation follows after a tab.
Words words_of(const std::string& text) {
  Words words;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line.resize(std::min(line.find_first_of("\t\r"), line.size()));
    if (!line.empty()) words.insert(line);
  }
  return words;
}

struct Shells {
  Shells() {
    directory.write("tacit.bash", bash_completion());
    directory.write("_tacit", zsh_completion());
    directory.write("tacit.fish", fish_completion());
    directory.write("bash_completions.bash",
                    "source /usr/share/bash-completion/bash_completion\n"
                    "source $1/tacit.bash\n"
                    "COMP_LINE=$2 COMP_POINT=${#2}\n"
                    "read -ra COMP_WORDS <<<\"$2\"\n"
                    "[[ $2 != *' ' ]] || COMP_WORDS+=('')\n"
                    "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                    "_tacit tacit\n"
                    "[[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\\n' \"${COMPREPLY[@]}\"\n");
    directory.write("some.backup", "");
  }
  Words bash(const std::string& line) const {
    return run("bash --norc " + at("bash_completions.bash") + " " + directory.path().string() + " '" + line + "'");
  }
  Words zsh(const std::string& line) const {
    return run("zsh -f " TACIT_SOURCE_DIR "/test/unit/server/cli/zsh_completions.zsh " + directory.path().string() +
               " '" + line + "'");
  }
  Words fish(const std::string& line) const {
    return run("env HOME=" + directory.path().string() + " fish --no-config -c 'source " + at("tacit.fish") +
               "; complete -C \"" + line + "\"'");
  }
  Words run(const std::string& call) const {
    return words_of(output_of("cd " + directory.path().string() + " && " + call));
  }
  std::string at(const char* file) const { return (directory / file).string(); }

  tacit::test::TemporaryFolder directory;
};

struct Case {
  const char* line;
  Words proposed;  ///< at least these
  Words other;     ///< none of these
};

const Case cases[] = {
    {"tacit au", {"audit"}, {"serve", "backup"}},
    {"tacit ", {"serve", "audit", "key", "help", "check-config"}, {"prune"}},
    {"tacit audit ", {"prune", "tail", "verify", "export"}, {"serve"}},
    {"tacit audit pr", {"prune"}, {"tail"}},
    {"tacit help au", {"audit"}, {"serve"}},
    {"tacit help audit pr", {"prune"}, {"tail"}},
    {"tacit audit prune --", {"--before", "--yes", "--dry-run", "--json", "--config"}, {"--threads", "--tenant"}},
    {"tacit serve --plane ", {"api", "tools", "both"}, {"on"}},
    {"tacit serve --access-log o", {"on", "off"}, {"api"}},
    {"tacit key add ", {"root", "metadata"}, {}},
    {"tacit key rewrap m", {"metadata"}, {"root"}},
    {"tacit api-key create --scope ", {"secrets:read", "secrets:write", "keys:manage", "tools:use"}, {}},
    {"tacit restore some", {"some.backup"}, {"root"}},
    {"tacit verify --backup so", {"some.backup"}, {}},
    {"tacit cl", {"client"}, {"serve"}},
    {"tacit client ", {"secret", "api-key"}, {"serve", "create"}},
    {"tacit client secret ", {"list", "create", "import"}, {"serve", "secret"}},
    {"tacit client api-key re", {"revoke"}, {"list"}},
    {"tacit help client secret im", {"import"}, {"list"}},
    {"tacit client secret create --", {"--url", "--key-file", "--json"}, {"--config", "--store"}},
    {"tacit client secret import some", {"some.backup"}, {}},
};

void expect(const std::string& shell, const Case& expected, const Words& proposed) {
  std::string all;
  for (const std::string& word : proposed) all += " " + word;
  for (const std::string& word : expected.proposed) {
    BOOST_TEST(proposed.contains(word), shell + ": " + expected.line + ": no " + word + " among" + all);
  }
  for (const std::string& word : expected.other) {
    BOOST_TEST(!proposed.contains(word), shell + ": " + expected.line + ": " + word);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(completion)

BOOST_FIXTURE_TEST_CASE(bash_completes, Shells) {
  for (const Case& one : cases) expect("bash", one, bash(one.line));
}

BOOST_FIXTURE_TEST_CASE(zsh_completes, Shells) {
  output_of("zsh -f -n " + at("_tacit"));
  for (const Case& one : cases) expect("zsh", one, zsh(one.line));
}

BOOST_FIXTURE_TEST_CASE(fish_completes, Shells) {
  output_of("fish --no-config --no-execute " + at("tacit.fish"));
  for (const Case& one : cases) expect("fish", one, fish(one.line));
}

// A long option of two letters, such as --to, is not a short form.
BOOST_AUTO_TEST_CASE(a_name_of_two_letters_is_no_short_form) {
  for (const CompletedCommand& command : completed_commands()) {
    for (const CompletedOption& option : command.options) {
      const bool has_one = option.name == "help" || option.name == "follow";
      BOOST_TEST((option.short_name != '\0') == has_one, command.name + " --" + option.name);
    }
  }
  const CommandLine feed = read_command_line({"audit", "feed", "--help"});
  const std::string help = help_text(feed.command, "");
  BOOST_TEST(help.find("  --to FILE") != std::string::npos, help);
  BOOST_TEST(help.find("to, --to") == std::string::npos, help);
  BOOST_TEST(help.find("-h, --help") != std::string::npos, help);
}

// An argument without proposals of its own has a known name.
BOOST_AUTO_TEST_CASE(values_are_of_known_kinds) {
  const Words plain = {
      "UUID",         "NAME",    "TIME",     "NUMBER",    "BYTES",   "SECONDS", "ACTOR", "[SEQUENCE:]HASH",
      "ADDRESS:PORT", "SECRET",  "[SECRET]", "[VERSION]", "VERSION", "TOOL",    "ETAG",  "TEXT",
      "KEY-TEXT",     "API-KEY", "URL",      "NETWORKS",  "ORIGINS", "USER",    "PATH"};
  for (const CompletedCommand& command : completed_commands()) {
    std::vector<std::string> all = command.operands;
    for (const CompletedOption& option : command.options) {
      if (option.takes_value) all.push_back(option.argument);
      BOOST_TEST(!option.help.empty(), command.name + " --" + option.name);
    }
    for (const std::string& argument : all) {
      const bool proposes = proposal_for(argument).kind != Proposal::Kind::text;
      BOOST_TEST(proposes != plain.contains(argument), command.name + ": " + argument);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
