// `tacit check-config`: prints all problems that would prevent `serve` from starting; with --as, for the server's
// user and with the credentials of its unit. The checks are in server/wiring/config_check.cpp.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "server/cli/commands.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/config/errors.hpp"
#include "server/process/user_rights.hpp"
#include "server/systemd/sealed_keyrings.hpp"
#include "server/systemd/unit_file.hpp"
#include "server/wiring/config_check.hpp"

namespace tacit::server {
namespace {

/// The unit that runs the server as this user. Both planes in one process have a unit of their own.
std::optional<Unit> unit_of(const std::string& user, const ConfigSources& sources) {
  const auto plane = sources.command_line.find("plane");
  const bool both = plane != sources.command_line.end() && plane->second == "both";
  auto unit = read_unit(both ? "tacit.service" : user + ".service", unit_directories());
  return unit && unit->user == user ? std::move(unit) : std::nullopt;
}

/// The unit that has the credentials of a plane, whatever its user.
std::optional<Unit> unit_of(Planes plane) {
  const char* const name = plane == Planes::api     ? "tacit-api.service"
                           : plane == Planes::tools ? "tacit-tools.service"
                                                    : "tacit.service";
  return read_unit(name, unit_directories());
}

/// Adds the unit's options and environment to the sources; the command's own ones take precedence.
void apply(const Unit& unit, ConfigSources& sources) {
  if (!unit.plane.empty()) sources.command_line.emplace("plane", unit.plane);
  for (const auto& [name, value] : unit.environment) sources.environment.emplace(name, value);
}

/// Keeps only the sealed keyrings without a plain file: a plain file is checked in its place.
Unit only_sealed(Unit unit, const Config& config) {
  const auto keyrings = served_keyrings(config);
  const auto lies_there = [&](const std::string& setting) {
    const auto found =
        std::find_if(keyrings.begin(), keyrings.end(), [&](const auto& one) { return one.first == setting; });
    if (found == keyrings.end() || setting == "root-public-keyring") return true;
    return !found->second.empty() && ::access(found->second.c_str(), F_OK) == 0;
  };
  std::erase_if(unit.settings, [&](const auto& entry) { return !entry.second.sealed || lies_there(entry.first); });
  return unit;
}

void print(const std::vector<std::string>& sentences, const char* before) {
  for (const std::string& sentence : sentences) complain(before + sentence);
}

/// Checks the configuration and prints the results.
int judge(LoadedConfig loaded, const CredentialStandIns& stand_ins) {
  // If the file cannot be read at all, missing settings are not worth reporting.
  if (loaded.values.empty() && !loaded.problems.empty()) {
    print(loaded.problems, "");
    return exit_usage;
  }
  stand_ins.use(loaded.config);
  std::vector<std::string> problems = std::move(loaded.problems);
  problems.insert(problems.end(), stand_ins.problems().begin(), stand_ins.problems().end());
  for (std::string& problem : find_problems(loaded.config)) {
    if (!stand_ins.is_about_unjudged(problem)) problems.push_back(stand_ins.with_names(std::move(problem)));
  }
  std::vector<std::string> notes = find_notes(loaded.config);
  for (std::string& note : find_command_notes(loaded.config)) notes.push_back(stand_ins.with_names(std::move(note)));
  const std::vector<std::string> key_notes = find_key_notes(loaded.config);
  // Only without other problems, because faulty keys would be reported again.
  if (problems.empty() && !stand_ins.any_unjudged()) {
    for (std::string& problem : find_store_problems(loaded.config, notes)) {
      problems.push_back(stand_ins.with_names(std::move(problem)));
    }
  }
  print(problems, "");
  print(notes, "note: ");
  print(stand_ins.notes(), "note: ");
  print(key_notes, "note: ");
  if (!problems.empty()) return exit_usage;
  std::cout << (stand_ins.any_unjudged()
                    ? "The configuration is good as far as it was checked; the store was not opened.\n"
                    : "The configuration is good.\n");
  return exit_ok;
}

void add_missing_files(const Unit& unit, LoadedConfig& loaded) {
  for (const auto& file : unit.missing) {
    loaded.problems.push_back(unit.name + " does not start: its EnvironmentFile " + file.string() +
                              " does not exist or cannot be read");
  }
}

int check_as(const std::string& user, ConfigSources sources) {
  require_root();
  const std::optional<Unit> unit = unit_of(user, sources);
  const UserRights rights = find_user(user, unit ? unit->groups : std::vector<std::string>());
  CredentialStandIns stand_ins;
  if (unit) {
    apply(*unit, sources);
    stand_ins.open(*unit, rights.user);
  }
  stand_ins.open_beside(load_config(sources).config, rights.user);
  become(rights);
  // After the change of user, because the user must be able to read the configuration.
  LoadedConfig loaded = load_config(sources);
  if (unit) add_missing_files(*unit, loaded);
  return judge(std::move(loaded), stand_ins);
}

}  // namespace

int check_config_command(const LoadedConfig& loaded, const ConfigSources& sources, const Arguments& arguments) {
  if (arguments.contains("as")) return check_as(arguments["as"].as<std::string>(), sources);
  CredentialStandIns stand_ins;
  if (auto unit = unit_of(loaded.config.plane)) {
    stand_ins.open(only_sealed(std::move(*unit), loaded.config), ::geteuid());
  }
  stand_ins.open_beside(loaded.config, ::geteuid());
  return judge(loaded, stand_ins);
}

}  // namespace tacit::server
