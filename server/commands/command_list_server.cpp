// The table entries of the commands that prepare, run and inspect the server.
#include <boost/program_options/value_semantic.hpp>

#include "server/cli/standard_streams.hpp"
#include "server/commands/command_options.hpp"
#include "server/commands/command_sections.hpp"
#include "server/commands/status_report.hpp"
#include "server/config/command_option_defaults.hpp"
#include "server/config/errors.hpp"
#include "server/config/setting_text.hpp"
#include "server/wiring/config_check.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

void add_status_options(po::options_description& own) { own.add_options()("json", "Print a JSON object."); }

void add_check_options(po::options_description& own) {
  own.add_options()("as", po::value<std::string>()->value_name("USER"),
                    "Check with the permissions of the user that the server runs as.");
}

void add_reload_options(po::options_description& own) {
  own.add_options()("timeout", po::value<std::string>()->value_name("SECONDS"),
                    with_default("How long to wait for each server's answer.", default_reload_timeout.count()).c_str())(
      "json", "Print a JSON object.");
}

int check_and_serve(const Invocation& invocation) {
  const auto problems = find_problems(invocation.loaded.config);
  for (const auto& problem : problems) complain(problem);
  return problems.empty() ? serve_command(invocation.loaded, invocation.sources) : exit_usage;
}

static_assert(disk_attention_percent == 10, "the text says a tenth");
constexpr auto status_details =
    ComposedText<1536>()
        .add(
            "Prints one line per item, which begins with ok or ATTENTION. Asks the servers on their control sockets "
            "(as root or the servers' own user) and reads the certificate files and the store. It opens no key, and "
            "each "
            "wait is limited to a few seconds.\n"
            "ATTENTION means: a configured plane is not ready or not running; a reload was refused; a certificate "
            "expires in less than ")
        .add(std::uint64_t{certificate_attention_days})
        .add(
            " days; servers' keys differ; signing is set up and tenants' keys are not signed; the audit log was "
            "rewritten; few key pairs are ready for new tenants; there is no backup of the last ")
        .add(std::uint64_t{backup_attention_hours})
        .add(" hours; ")
        .add(map_attention_percent)
        .add(" % of the map is used; or less than a tenth of the disk or less than ")
        .add(disk_attention_gibibytes)
        .add(
            " GiB is free.\n"
            "Exit code 0: no item needs attention; 1: an item needs attention; 2: the command line or the file of "
            "--config is wrong.\n");

const Command list[] = {
    {.name = "serve",
     .summary = "Runs the server.",
     .details =
         "SIGTERM or SIGINT stops it: it continues to serve for drain-delay, stops accepting connections, and "
         "finishes the requests in progress.\n"
         "SIGHUP makes it reload certificates, the client CA and its CRLs, session ticket keys, tool identities, "
         "issuers, keyrings, and from the configuration the limits of tenants, addresses and connections and the log "
         "level. If a file is faulty, the server keeps the previous version. The other settings need a "
         "restart.\n",
     .examples = "tacit serve --plane api --api-listen 0.0.0.0:8443\n",
     .settings = all_settings,
     .run = check_and_serve},
    {.name = "init",
     .summary = "Creates the keyrings and an empty store.",
     .details = "Creates the seven keyring files and the store at the configured paths; keyrings without a setting "
                "beside root-public-keyring. If one of them exists, it creates nothing.\n"
                "The calling user owns the files. Run it as root or as the tool plane's user.\n",
     .examples = "tacit init\n",
     .settings = store_and_private_key,
     .run = with_config<init_command>},
    {.name = "reload",
     .summary = "Makes running servers reload their configuration.",
     .details =
         "Asks each server of the configured store, or those of --plane, on its control socket, and waits for the "
         "result.\n"
         "Exit code 0: everything was reloaded; settings that need a restart are listed. 1: a part was faulty and "
         "was not changed, the next start would fail, a server did not answer, or no server runs; the reasons are "
         "printed.\n"
         "Only root and the servers' own user may run it.\n",
     .examples = "tacit reload\n"
                 "tacit reload --plane api --timeout 60\n",
     .settings = SettingGroup::asking,
     .add_options = add_reload_options,
     .runs_misconfigured = true,
     .run = [](const Invocation& call) { return reload_command(call.loaded, call.sources, call.arguments); }},
    {.name = "status",
     .summary = "Shows the state of the servers, certificates, keys, backups and the store.",
     .details = status_details.c_str(),
     .examples = "tacit status\n"
                 "tacit status --json\n",
     .settings = all_settings,
     .add_options = add_status_options,
     .runs_misconfigured = true,
     .run = [](const Invocation& call) { return status_command(call.loaded, call.sources, call.arguments); }},
    {.name = "check-config",
     .summary = "Lists all problems that would prevent the server from starting.",
     .details =
         "Takes the options of serve. Reads all files that serve would read, and starts nothing.\n"
         "With --as, which needs root, it checks with that user's permissions and groups: a file that only root can "
         "read is a problem. If the unit USER.service (tacit-api, tacit-tools) exists, its plane, its environment "
         "(including EnvironmentFile=) and its credentials apply; with --plane both, those of tacit.service. "
         "Sealed keyrings (systemd-creds) "
         "are unsealed in memory; if that is not possible, a note says so, and the rest is checked.\n"
         "Exit code 0: the checks found no problem; 2: there are problems.\n",
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
