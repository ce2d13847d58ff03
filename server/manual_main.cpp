// tacit-manual FILE: prints the manual page or the completion that is installed as FILE. The build runs it.
#include <iostream>
#include <string>

#include "server/manual.hpp"

int main(int argc, char** argv) {
  const std::string file = argc == 2 ? argv[1] : "";
  if (file == "tacit.1") {
    std::cout << tacit::server::commands_page();
  } else if (file == "tacit.conf.5") {
    std::cout << tacit::server::settings_page();
  } else if (file == "tacit.bash") {
    std::cout << tacit::server::bash_completion();
  } else {
    std::cerr << "usage: tacit-manual tacit.1|tacit.conf.5|tacit.bash\n";
    return 2;
  }
  return std::cout.flush() ? 0 : 1;
}
