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

#include "server/commands.hpp"
#include "server/config_sources.hpp"
#include "server/settings.hpp"

namespace tacit::server {

/// What a command is run with.
struct Invocation {
  ConfigSources sources;
  LoadedConfig loaded;
  Arguments arguments;
};

struct Command {
  const char* name;     ///< one or two words: "api-key create"
  const char* summary;  ///< one line
  const char* details;  ///< for its own help: paragraphs, each line short; may be empty
  SettingGroup settings;
  std::vector<const char*> operands;  ///< what follows the options; "[WORD]": may be left out
  void (*add_options)(boost::program_options::options_description& own);  ///< null if it has none of its own
  bool runs_misconfigured;  ///< check-config: reports what is wrong with the configuration itself
  int (*run)(const Invocation& invocation);
};

/// Every subcommand, in the order of the help text.
std::span<const Command> commands();

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

/// The help text of one command, of a group of them, or, with neither, of the program.
std::string help_text(const Command* command, std::string_view group);

/// Every option a command takes, as Program_options knows them: its own, its settings, --config, --help and --version.
struct CommandOptions {
  explicit CommandOptions(const Command& command);
  boost::program_options::options_description own{"Options", 110, 60};
  boost::program_options::options_description settings{"Settings", 110, 60};
};

}  // namespace tacit::server
