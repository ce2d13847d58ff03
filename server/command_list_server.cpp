// The commands that run the server and prepare it.
#include <iostream>

#include "server/command_sections.hpp"
#include "server/config_check.hpp"

namespace tacit::server {
namespace {

int check_and_serve(const Invocation& invocation) {
  const auto problems = find_problems(invocation.loaded.config);
  for (const auto& problem : problems) std::cerr << "tacit: " << problem << '\n';
  return problems.empty() ? serve_command(invocation.loaded, invocation.sources) : exit_usage;
}

const Command list[] = {
    {.name = "serve",
     .summary = "Runs the server.",
     .details =
         "SIGTERM or SIGINT stops it: it serves on for drain-delay, stops accepting connections, and finishes the "
         "requests that are in progress.\n"
         "SIGHUP makes it read again: certificates, the client CA, session ticket keys, tool identities, issuers, "
         "keyrings, and from the configuration the limits of tenants, addresses and connections and the log level. A "
         "file with faults is not taken over; the server keeps what it had. The other settings need a restart.\n",
     .examples = "tacit serve --plane api --api-listen 0.0.0.0:8443\n",
     .settings = all_settings,
     .run = check_and_serve},
    {.name = "init",
     .summary = "Makes the keyrings and an empty store.",
     .details = "Makes the three keyring files and the store where the settings say. If one of them exists, it makes "
                "nothing.\n"
                "The files belong to the user who runs this command. Run it as root or as the tool plane's user.\n",
     .examples = "tacit init\n",
     .settings = store_and_private_key,
     .run = with_config<init_command>},
    {.name = "check-config",
     .summary = "Shows everything that would keep the server from starting.",
     .details = "Takes the options of serve. Reads all files that serve would read, and starts nothing.\n",
     .examples = "tacit check-config\n"
                 "tacit check-config --plane tools --config /etc/tacit/tacit.conf.new\n",
     .settings = all_settings,
     .runs_misconfigured = true,
     .run = [](const Invocation& invocation) { return check_config_command(invocation.loaded); }},
};

}  // namespace

std::span<const Command> server_commands() { return list; }

}  // namespace tacit::server
