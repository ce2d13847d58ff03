// The command line: the list of subcommands, and how one call of the program is read.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/cli/commands.hpp"
#include "server/config/config_sources.hpp"
#include "server/config/settings.hpp"

namespace tacit::server {

/// What a command is run with.
struct Invocation {
  ConfigSources sources;
  LoadedConfig loaded;
  Arguments arguments;
};

/// One entry of the list. Only what has no default here must be given.
struct Command {
  const char* name;           ///< one or two words: "api-key create"
  const char* summary;        ///< one line
  const char* details = "";   ///< paragraphs, a line each, for its help and its manual page
  const char* examples = "";  ///< calls as they are typed, a line each; `# …` after one says what it does
  SettingGroup settings = SettingGroup::store;
  std::vector<const char*> operands = {};  ///< what follows the options; "[WORD]": may be left out
  std::vector<const char*> needed = {};    ///< the options that it does not do without, as help shows them
  bool tenant_may_lead = false;            ///< an operand before the others is the value of --tenant: an older form
  void (*add_options)(boost::program_options::options_description& own) = nullptr;
  bool runs_misconfigured = false;  ///< check-config: reports what is wrong with the configuration itself
  int (*run)(const Invocation& invocation) = nullptr;
};

/// Every subcommand, in the order of the help text.
std::span<const Command> commands();

/// The same, by subject.
struct CommandSection {
  const char* heading;
  std::span<const Command> commands;
};
std::span<const CommandSection> command_sections();

/// The words after the program's name, read. If `help` or `version` is set, nothing else is.
struct CommandLine {
  const Command* command = nullptr;  ///< null for `tacit --help`, `tacit api-key --help` and `tacit --version`
  std::string group;                 ///< the first word of a command of two words, of which only help was asked for
  bool help = false;
  bool version = false;
  std::map<std::string, std::string> settings;
  std::optional<std::filesystem::path> config_file;
  Arguments arguments;
};

/// Throws UsageError with what is wrong.
CommandLine read_command_line(const std::vector<std::string>& words);

/// The call without what may be left out: "tacit quota set --tenant UUID BYTES".
std::string call_of(const Command& command);

/// Whether a name that canonical_display_name answers is a short form, "-h". An option without one is answered with its
/// own name, which may have two letters, too.
bool is_short_form(std::string_view name);

/// An option with its short form and its value: "-h, --help", "--tenant UUID".
std::string option_term(const boost::program_options::option_description& option);

/// The help text of one command, of a group of them, or, with neither, of the program.
std::string help_text(const Command* command, std::string_view group);

/// Every option a command takes, as Program_options knows them: its own, its settings, --config, --help and --version.
struct CommandOptions {
  explicit CommandOptions(const Command& command);
  boost::program_options::options_description own{"Options", 110, 60};
  boost::program_options::options_description settings{"Settings", 110, 60};
};

}  // namespace tacit::server
