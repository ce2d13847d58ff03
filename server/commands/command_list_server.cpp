// The commands that run the server and prepare it.
#include <boost/program_options/value_semantic.hpp>

#include "server/cli/standard_streams.hpp"
#include "server/commands/command_sections.hpp"
#include "server/config/errors.hpp"
#include "server/wiring/config_check.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

void add_status_options(po::options_description& own) { own.add_options()("json", "Print a JSON object."); }

void add_check_options(po::options_description& own) {
  own.add_options()("as", po::value<std::string>()->value_name("USER"),
                    "Judge with the rights of the user that the server runs as.");
}

void add_reload_options(po::options_description& own) {
  own.add_options()("timeout", po::value<std::string>()->value_name("SECONDS"),
                    "How long to wait for each server's answer. Default 30.")("json", "Print a JSON object.");
}

int check_and_serve(const Invocation& invocation) {
  const auto problems = find_problems(invocation.loaded.config);
  for (const auto& problem : problems) complain(problem);
  return problems.empty() ? serve_command(invocation.loaded, invocation.sources) : exit_usage;
}

const Command list[] = {
    {.name = "serve",
     .summary = "Runs the server.",
     .details =
         "SIGTERM or SIGINT stops it: it serves on for drain-delay, stops accepting connections, and finishes the "
         "requests that are in progress.\n"
         "SIGHUP makes it read again: certificates, the client CA and its CRLs, session ticket keys, tool identities, "
         "issuers, keyrings, and from the configuration the limits of tenants, addresses and connections and the log "
         "level. A file with faults is not taken over; the server keeps what it had. The other settings need a "
         "restart.\n",
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
    {.name = "reload",
     .summary = "Makes running servers read their configuration again.",
     .details =
         "Asks each server of the configured store, or those of --plane, on its control socket, and waits for the "
         "result.\n"
         "Exit code 0: everything was taken over; settings that need a restart are named. 1: a part was not good and "
         "stayed as it was, the next start would fail, a server gave no answer, or no server runs; the reasons are "
         "printed.\n"
         "For root and the servers' own user.\n",
     .examples = "tacit reload\n"
                 "tacit reload --plane api --timeout 60\n",
     .settings = SettingGroup::asking,
     .add_options = add_reload_options,
     .runs_misconfigured = true,
     .run = [](const Invocation& call) { return reload_command(call.loaded, call.sources, call.arguments); }},
    {.name = "status",
     .summary = "Shows the state of the servers, certificates, keys, backups and the store.",
     .details =
         "A line for each, which begins with ok or ATTENTION. Asks the servers on their control sockets, as root or as "
         "the servers' own user, and looks at the certificates' files and the store. It opens no key, and waits for "
         "nothing longer than seconds.\n"
         "ATTENTION means: a plane of the setting plane is not ready or not there; a reload was refused; a certificate "
         "has less than 14 days; servers' keys differ; there is no backup of the last 26 hours; 70 % of the map are "
         "used; or less than a tenth or 1 GiB of the disk is free.\n"
         "Exit code 0: all is well; 1: something needs attention; 2: the command line or the file of --config is "
         "wrong.\n",
     .examples = "tacit status\n"
                 "tacit status --json\n",
     .settings = all_settings,
     .add_options = add_status_options,
     .runs_misconfigured = true,
     .run = [](const Invocation& call) { return status_command(call.loaded, call.sources, call.arguments); }},
    {.name = "check-config",
     .summary = "Shows everything that would keep the server from starting.",
     .details =
         "Takes the options of serve. Reads all files that serve would read, and starts nothing.\n"
         "With --as, which needs root, it judges with that user's rights and groups: a file that only root can read is "
         "a problem. If there is a unit USER.service (tacit-api, tacit-tools), its plane, its environment (files of "
         "EnvironmentFile= too) and its credentials count, too; with --plane both those of tacit.service. Keyrings "
         "that are sealed (systemd-creds) "
         "are unsealed in memory; where that cannot be done, a note says so, and the rest is judged.\n"
         "Exit code 0: no problem was found in what could be judged; 2: there are problems.\n",
     .examples = "tacit check-config\n"
                 "tacit check-config --as tacit-api\n"
                 "tacit check-config --plane tools --config /etc/tacit/tacit.conf.new\n",
     .settings = all_settings,
     .add_options = add_check_options,
     .runs_misconfigured = true,
     .run = [](const Invocation& call) { return check_config_command(call.loaded, call.sources, call.arguments); }},
};

}  // namespace

std::span<const Command> server_commands() { return list; }

}  // namespace tacit::server
