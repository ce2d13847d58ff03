// The sample configuration file, generated from the table of settings so that it is complete.
#include <sstream>
#include <string>
#include <string_view>

#include "server/cli/manual.hpp"
#include "server/config/settings.hpp"

namespace tacit::server {
namespace {

constexpr std::size_t width = 120;

constexpr const char* head =
    "# Every setting of Tacit, commented out, with its default. A setting without a value has no default.\n"
    "#\n"
    "# Leave /etc/tacit/tacit.conf as installed, so that upgrades ask no questions, and put changes into\n"
    "# /etc/tacit/tacit.conf.d/NAME.conf. These files are read after tacit.conf, in the order of their names;\n"
    "# later values override earlier ones. The environment (TACIT_THREADS=4) and the command line (--threads 4)\n"
    "# override the files.\n"
    "#\n"
    "# A line is `name = value`. A # starts a comment anywhere in a line. Sizes may end in K, M, G or T.\n"
    "# Times are in seconds. `tacit check-config` lists all faults.\n";

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
