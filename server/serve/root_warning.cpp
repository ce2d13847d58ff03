#include "server/serve/root_warning.hpp"

#include <unistd.h>

#include <string>

#include "http/log/log.hpp"

namespace tacit::server {

void warn_of_root(const Config& config) {
  if (::geteuid() != 0) return;
  const std::string user = runs_tools(config.plane) ? "tacit-tools" : "tacit-api";
  const std::string unit = config.plane == Planes::both ? "tacit" : user;
  const std::string note =
      "this server runs as root, so a vulnerability in it could compromise the whole host: stop it and start "
      "its unit (systemctl start " +
      unit + "), or run it as the unit's user (runuser -u " + user + " -- tacit serve)";
  http::log(http::LogLine(http::LogLevel::warn, "runs_as_root").field("use", user).field("note", note));
}

}  // namespace tacit::server
