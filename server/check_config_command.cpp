#include <iostream>

#include "server/commands.hpp"
#include "server/config_check.hpp"

namespace tacit::server {

int check_config_command(const LoadedConfig& loaded) {
  std::vector<std::string> problems = loaded.problems;
  for (auto& problem : find_problems(loaded.config)) problems.push_back(std::move(problem));
  // What is wrong with the keys would be said of the store once more.
  if (problems.empty()) problems = find_store_problems(loaded.config);
  for (const auto& problem : problems) std::cerr << "tacit: " << problem << '\n';
  for (const auto& note : find_notes(loaded.config)) std::cerr << "tacit: note: " << note << '\n';
  if (!problems.empty()) return exit_usage;
  std::cout << "The configuration is good.\n";
  return exit_ok;
}

}  // namespace tacit::server
