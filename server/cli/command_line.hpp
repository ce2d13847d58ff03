// The command line: the table of subcommands, and the parser for one call of the program.
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

/// The input of a command.
struct Invocation {
  ConfigSources sources;
  LoadedConfig loaded;
  Arguments arguments;
};

/// One entry of the table. Members without a default are required.
struct Command {
  const char* name;                             ///< one to three words: "api-key create"
  const char* summary;                          ///< one line
  const char* details = "";                     ///< paragraphs, one per line, for the help text and the manual page
  const char* examples = "";                    ///< calls as typed, one per line; `# …` explains a call
  SettingGroup settings = SettingGroup::store;  ///< none: neither --config nor settings; only the client's variables
  std::vector<const char*> operands = {};       ///< what follows the options; "[WORD]" is optional
  std::vector<const char*> needed = {};         ///< required options, as help shows them
  bool tenant_may_lead = false;                 ///< the first operand may be the value of --tenant: an older form
  void (*add_options)(boost::program_options::options_description& own) = nullptr;
  bool runs_misconfigured = false;  ///< runs with a faulty configuration and reports its faults
  /// Runs in a child process (server/process/command_apart.hpp): required if `run` itself opens the store.
  bool runs_apart = false;
  int (*run)(const Invocation& invocation) = nullptr;
};

/// Every subcommand, in the order of the help text.
std::span<const Command> commands();

/// The subcommands by subject.
struct CommandSection {
  const char* heading;
  std::span<const Command> commands;
};
std::span<const CommandSection> command_sections();

/// The parsed arguments of the program. With `help` or `version`, nothing else is set.
struct CommandLine {
  const Command* command = nullptr;  ///< null for `tacit --help`, `tacit api-key --help` and `tacit --version`
  std::string group;                 ///< the first words of several commands, if only help was asked for
  bool help = false;
  bool version = false;
  std::map<std::string, std::string> settings;
  std::optional<std::filesystem::path> config_file;
  Arguments arguments;
};

/// Throws UsageError with a description of the fault.
CommandLine read_command_line(const std::vector<std::string>& words);

/// The word of the command's name after `group`, which is empty or the first words of names; empty if the command is
/// not of the group.
std::string_view word_after(std::string_view group, const Command& command);

/// The call without optional parts: "tacit quota set --tenant UUID BYTES".
std::string call_of(const Command& command);

/// Whether a result of canonical_display_name is a short form, "-h". For an option without a short form that function
/// returns the option's own name, which may have two letters, too.
bool is_short_form(std::string_view name);

/// An option with its short form and its value: "-h, --help", "--tenant UUID".
std::string option_term(const boost::program_options::option_description& option);

/// The help text of a command, of a group of commands or, if neither is given, of the program.
std::string help_text(const Command* command, std::string_view group);

/// All options of a command for Program_options: its own, its settings, --config, --help and --version.
struct CommandOptions {
  explicit CommandOptions(const Command& command);
  boost::program_options::options_description own{"Options", 110, 60};
  boost::program_options::options_description settings{"Settings", 110, 60};
};

}  // namespace tacit::server
