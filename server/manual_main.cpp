// tacit-manual DIRECTORY: writes the manual pages (man1, man5) and the shells' completions that are installed. The
// build runs it.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "server/cli/manual.hpp"

namespace {

using namespace tacit::server;

bool write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) std::cerr << "tacit-manual: cannot write " << file.string() << '\n';
  return !out.fail();
}

bool write_all(const std::filesystem::path& directory) {
  // Remove the page of a command that no longer exists.
  std::filesystem::remove_all(directory / "man1");
  bool good = write(directory / "man1/tacit.1", overview_page());
  for (const Command& command : commands()) {
    good = write(directory / "man1" / (page_name(command) + ".1"), command_page(command)) && good;
  }
  good = write(directory / "man5/tacit.conf.5", settings_page()) && good;
  good = write(directory / "tacit.conf.sample", sample_of_settings()) && good;
  good = write(directory / "tacit.bash", bash_completion()) && good;
  good = write(directory / "_tacit", zsh_completion()) && good;
  return write(directory / "tacit.fish", fish_completion()) && good;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: tacit-manual DIRECTORY\n";
    return 2;
  }
  try {
    return write_all(argv[1]) ? 0 : 1;
  } catch (const std::filesystem::filesystem_error& error) {
    std::cerr << "tacit-manual: " << error.what() << '\n';
    return 1;
  }
}
