// The sample of a configuration file that is made of the list of settings, so that none is missing.
#include <sstream>
#include <string>
#include <string_view>

#include "server/cli/manual.hpp"
#include "server/config/settings.hpp"

namespace tacit::server {
namespace {

constexpr std::size_t width = 120;

constexpr const char* head =
    "# Every setting of Tacit, commented out, with its default; one without a value has none. Made of the program's "
    "own "
    "list.\n"
    "#\n"
    "# Leave /etc/tacit/tacit.conf as it is installed and put what you change into /etc/tacit/tacit.conf.d/NAME.conf: "
    "an "
    "upgrade\n"
    "# asks nothing then. These files are read after tacit.conf, in the order of their names; what a later one sets "
    "counts.\n"
    "# Over them count the environment (TACIT_THREADS=4) and the command line (--threads 4).\n"
    "#\n"
    "# A line is `name = value`. A # starts a comment anywhere in a line. Sizes take K, M, G or T; times are in "
    "seconds.\n"
    "# `tacit check-config` says what is wrong.\n";

std::string comment(std::string_view text) {
  std::string lines = "#";
  std::size_t column = 1;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    if (column + 1 + word.size() > width) {
      lines += "\n#";
      column = 1;
    }
    lines += ' ' + word;
    column += 1 + word.size();
  }
  return lines + '\n';
}

}  // namespace

std::string sample_of_settings() {
  std::string sample = head;
  for (const Setting& setting : settings()) {
    sample += '\n' + comment(std::string(setting.help) + " (" + setting.argument + ")") + '#' + setting.name + " =";
    if (*setting.initial != '\0') sample += std::string(" ") + setting.initial;
    sample += '\n';
  }
  return sample;
}

}  // namespace tacit::server
