#include "server/config/config_sources.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "crypto/files/text_file.hpp"
#include "crypto/text/utf8.hpp"
#include "server/config/client_variables.hpp"
#include "server/config/config_drop_ins.hpp"
#include "server/config/errors.hpp"
#include "server/config/service_links.hpp"
#include "server/config/settings.hpp"
#include "server/config/suggestion.hpp"
#include "server/config/values.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

constexpr std::string_view variable_prefix = "TACIT_";
constexpr const char* config_variable = "TACIT_CONFIG";

// Variables with this prefix that belong to the repository's scripts and are not checked.
constexpr std::string_view scripts_variables[] = {"TACIT_QUICKSTART_", "TACIT_TEST_", "TACIT_BENCH_"};

bool is_foreign(std::string_view variable, std::string_view value) {
  const bool of_scripts = std::any_of(std::begin(scripts_variables), std::end(scripts_variables),
                                      [&](std::string_view prefix) { return variable.starts_with(prefix); });
  return of_scripts || is_client_variable(variable) || is_service_link(variable, value);
}

const Setting* setting_of_variable(std::string_view variable) {
  const auto all = settings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Setting& s) { return environment_name(s.name) == variable; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Setting& setting : settings()) all.emplace_back(setting.name);
  return all;
}

std::vector<std::string> variable_names() {
  std::vector<std::string> all{config_variable};
  for (const Setting& setting : settings()) all.push_back(environment_name(setting.name));
  return all;
}

/// The group of the setting that a wrong name probably means. Returns nullopt if no setting has a similar name.
std::optional<SettingGroup> group_meant(std::string_view name) {
  const auto nearest = nearest_name(name, names());
  return nearest ? std::optional(find_setting(*nearest)->group) : std::nullopt;
}

/// The possible name in a line that is not `name = value`.
std::string_view first_word(std::string_view line) {
  const auto begin = std::min(line.find_first_not_of(" \t"), line.size());
  line.remove_prefix(begin);
  return line.substr(0, line.find_first_of(" \t:="));
}

class Loader {
 public:
  explicit Loader(SettingGroup used) : used_(used) {}
  void file(const std::filesystem::path& file);
  /// Reads the file's drop-ins. Each overrides earlier values.
  void drop_ins(const std::filesystem::path& file);
  void environment(const std::map<std::string, std::string>& variables);
  void command_line(const std::map<std::string, std::string>& options);
  LoadedConfig take() { return std::move(loaded_); }

 private:
  void file_line(const std::string& place, const std::string& line);
  void set(const Setting& setting, const std::string& place, const std::string& value);
  void problem(std::string sentence) { loaded_.problems.push_back(std::move(sentence)); }
  /// Adds a problem if it concerns a used group, else a warning. Without a group, the name resembles no setting and may
  /// mean one that is used.
  void fault(std::string sentence, std::optional<SettingGroup> concerned);

  const SettingGroup used_;
  LoadedConfig loaded_;
  std::string not_text_;                        // the fault of the current line if it is not UTF-8
  std::map<std::string, std::string> in_file_;  // name → place in the current file
};

void Loader::fault(std::string sentence, std::optional<SettingGroup> concerned) {
  if (!not_text_.empty()) sentence = not_text_;  // the cause of the other fault
  const bool matters = contains(used_, SettingGroup::serving) || !concerned || contains(used_, *concerned);
  (matters ? loaded_.problems : loaded_.warnings).push_back(std::move(sentence));
}

void Loader::set(const Setting& setting, const std::string& place, const std::string& value) {
  try {
    setting.set(loaded_.config, value);
    loaded_.values[setting.name] = value;
  } catch (const UsageError& error) {
    fault(place + ": " + error.what(), setting.group);
  }
}

void Loader::file(const std::filesystem::path& file) {
  in_file_.clear();
  const auto read = crypto::read_text_file(file);
  if (!read) return problem(read.error().message);
  std::istringstream in(*read);
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    const std::string place = file.string() + ":" + std::to_string(number);
    not_text_ = crypto::is_utf8(line.substr(0, line.find('#'))) ? "" : place + ": is not UTF-8; save the file as UTF-8";
    file_line(place, line);
  }
  not_text_.clear();
}

void Loader::drop_ins(const std::filesystem::path& file) {
  DropIns found = find_drop_ins(file);
  for (std::string& sentence : found.problems) problem(std::move(sentence));
  for (const std::filesystem::path& path : found.files) this->file(path);
}

// Passes single lines to Program_options, because its errors do not contain the line number.
void Loader::file_line(const std::string& place, const std::string& line) {
  std::istringstream text(line);
  std::vector<po::option> options;
  try {
    options = po::parse_config_file(text, po::options_description(), true).options;
  } catch (const po::error&) {
    return fault(place + ": " + shown(line) + " is not name = value", group_meant(first_word(line)));
  }
  if (options.empty()) {
    if (line.find_first_not_of(" \t") != std::string::npos && line.find_first_not_of(" \t") != line.find('#')) {
      fault(place + ": " + shown(line) + " is a section; this file has no sections", std::nullopt);
    }
    return;
  }
  const std::string& name = options.front().string_key;
  const Setting* setting = find_setting(name);
  if (setting == nullptr) {
    return fault(place + ": " + shown(name) + " is not a setting" + did_you_mean(name, names()), group_meant(name));
  }
  const auto [before, is_new] = in_file_.emplace(name, place);
  if (!is_new) return fault(place + ": " + name + " is already set at " + before->second, setting->group);
  set(*setting, place + ": " + name, options.front().value.empty() ? "" : options.front().value.front());
}

void Loader::environment(const std::map<std::string, std::string>& variables) {
  for (const auto& [variable, value] : variables) {
    if (!variable.starts_with(variable_prefix) || variable == config_variable || is_foreign(variable, value)) continue;
    const Setting* setting = setting_of_variable(variable);
    if (setting != nullptr) {
      set(*setting, variable, value);
    } else {
      fault("the environment variable " + variable + " is not a setting" + did_you_mean(variable, variable_names()),
            group_meant(variable.substr(variable_prefix.size())));
    }
  }
}

void Loader::command_line(const std::map<std::string, std::string>& options) {
  for (const auto& [name, value] : options) {
    if (const Setting* setting = find_setting(name)) set(*setting, "--" + name, value);
  }
}

std::optional<std::filesystem::path> named_file(const ConfigSources& sources) {
  if (sources.file) return sources.file;
  const auto variable = sources.environment.find(config_variable);
  if (variable != sources.environment.end()) return variable->second;
  return std::nullopt;
}

// A file that may exist but cannot be checked must not be skipped silently.
bool may_be_there(const char* file) {
  std::error_code error;
  return std::filesystem::exists(file, error) || error;
}

}  // namespace

LoadedConfig load_config(const ConfigSources& sources, SettingGroup used) {
  Loader loader(used);
  const auto named = named_file(sources);
  const std::filesystem::path file = named.value_or(default_config_file);
  if (named || may_be_there(default_config_file)) loader.file(file);
  loader.drop_ins(file);
  loader.environment(sources.environment);
  loader.command_line(sources.command_line);
  return loader.take();
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace tacit::server
