// The list of subcommands.
#include <boost/program_options/value_semantic.hpp>

#include <iostream>

#include "server/command_line.hpp"
#include "server/config_check.hpp"
#include "server/patient_output.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

constexpr auto store_only = SettingGroup::store;
constexpr auto store_and_private_key = SettingGroup::store | SettingGroup::private_key;
constexpr auto everything = store_and_private_key | SettingGroup::serving;

int check_and_serve(const Invocation& invocation) {
  const auto problems = find_problems(invocation.loaded.config);
  for (const auto& problem : problems) std::cerr << "tacit: " << problem << '\n';
  return problems.empty() ? serve_command(invocation.loaded, invocation.sources) : exit_usage;
}

void add_create_options(po::options_description& own) {
  own.add_options()("tenant", po::value<std::string>()->value_name("UUID"), "The user the key speaks for. Needed.")(
      "name", po::value<std::string>()->value_name("NAME"), "What the key is for, as lists show it. Needed.")(
      "scope", po::value<std::vector<std::string>>()->value_name("SCOPE"),
      "What it may do: secrets:read, secrets:write or keys:manage; may be given several times. "
      "Default secrets:read and secrets:write.")("expires-in", po::value<std::string>()->value_name("TIME"),
                                                 "When it ends: 12h, 90d, 2w from now. Default never.");
}

void add_list_options(po::options_description& own) {
  own.add_options()("tenant", po::value<std::string>()->value_name("UUID"), "Only the keys of this user.")(
      "json", "Print a JSON array instead of a table.");
}

void add_limits_options(po::options_description& own) {
  own.add_options()("requests-per-second", po::value<std::string>()->value_name("NUMBER"),
                    "Requests a second in the long run. 0: no limit.")(
      "request-burst", po::value<std::string>()->value_name("NUMBER"), "Requests that may come at once.")(
      "api-keys", po::value<std::string>()->value_name("NUMBER"), "API keys that are not revoked.");
}

void add_key_list_options(po::options_description& own) {
  own.add_options()("uses", "Count what names each key: walks through the whole store.");
}

void add_rewrap_options(po::options_description& own) {
  own.add_options()("rate", po::value<std::string>()->value_name("NUMBER"),
                    "Tenants, or with the metadata key rows, a second. 0: as fast as it goes. Default 1000.");
}

void add_verify_options(po::options_description& own) {
  own.add_options()("backup", po::value<std::string>()->value_name("FILE"), "A backup, instead of the store.");
}

void add_export_options(po::options_description& own) {
  own.add_options()("tenant", po::value<std::string>()->value_name("UUID"), "Whose records. Needed.");
  add_stall_timeout(own);
}

void add_erase_options(po::options_description& own) {
  own.add_options()("tenant", po::value<std::string>()->value_name("UUID"), "Whom to erase. Needed.")("yes",
                                                                                                      "Do not ask.");
}

void add_stats_options(po::options_description& own) {
  own.add_options()("json", "Print a JSON object.")("top", po::value<std::string>()->value_name("NUMBER"),
                                                    "How many of the biggest tenants to list. Default 10.");
}

void add_tail_options(po::options_description& own) {
  own.add_options()("follow,f", "Go on with what is added, until SIGINT or SIGTERM.")(
      "since", po::value<std::string>()->value_name("TIME"),
      "From then on: 2026-01-31T12:00:00Z, 2h or 7d ago, or an entry's sequence.")(
      "lines", po::value<std::string>()->value_name("NUMBER"),
      "How many of the newest entries to begin with. Default 10; with --since all.")(
      "tenant", po::value<std::string>()->value_name("UUID"), "Only what concerns this user.")(
      "actor", po::value<std::string>()->value_name("ACTOR"),
      "Only what this one did, as entries write it: api-key:ID, uri:…, operator:NAME.")(
      "json", "Print JSON lines, as export does.");
}

void add_audit_export_options(po::options_description& own) {
  own.add_options()("since", po::value<std::string>()->value_name("TIME"),
                    "Only entries of then and later: 2026-01-31T12:00:00Z, 2h or 7d ago, or a sequence.")(
      "until", po::value<std::string>()->value_name("TIME"), "Only entries before that.");
}

void add_anchor_option(po::options_description& own) {
  own.add_options()("anchor", po::value<std::string>()->value_name("[SEQUENCE:]HASH"),
                    "An audit head that was kept elsewhere: the chain must have it.");
}

void add_prune_options(po::options_description& own) {
  own.add_options()("before", po::value<std::string>()->value_name("TIME"),
                    "What is to go: all before 2026-01-31T12:00:00Z, before 90d ago, or before a sequence. Needed.")(
      "yes", "Do it, where a terminal is asked.");
}

// Adapts a command's own parameters to the list's.
template <int (*Run)(const Config&, const Arguments&)>
int with_arguments(const Invocation& invocation) {
  return Run(invocation.loaded.config, invocation.arguments);
}
template <int (*Run)(const Config&)>
int with_config(const Invocation& invocation) {
  return Run(invocation.loaded.config);
}

const Command list[] = {
    {"serve",
     "Runs the server.",
     "Stops at SIGTERM or SIGINT: serves on for drain-delay, stops accepting, finishes what is in flight.\n"
     "At SIGHUP reads again: certificates, client CA, session ticket keys, tool identities, issuers, keyrings, and "
     "from\n"
     "the configuration the limits of tenants, addresses and connections and the log level. What is not good stays as\n"
     "it was. The other settings need a restart.\n",
     everything,
     {},
     nullptr,
     false,
     check_and_serve},
    {"init",
     "Makes the keyrings and an empty store.",
     "Makes the three keyring files and the store where the settings say. If one of them exists, makes nothing.\n"
     "The files belong to the user who runs this: run it as the tool plane's user, or give them away afterwards.\n",
     store_and_private_key,
     {},
     nullptr,
     false,
     with_config<init_command>},
    {"api-key create",
     "Makes an API key and prints it, once.",
     "The key alone goes to standard output; all else to standard error.\n",
     store_only,
     {},
     add_create_options,
     false,
     with_arguments<api_key_create_command>},
    {"api-key list",
     "Lists API keys, never the keys themselves.",
     "",
     store_only,
     {},
     add_list_options,
     false,
     with_arguments<api_key_list_command>},
    {"api-key revoke",
     "Makes an API key useless at once.",
     "",
     store_only,
     {"ID"},
     nullptr,
     false,
     with_arguments<api_key_revoke_command>},
    {"quota get",
     "Shows what a tenant may store and has stored.",
     "",
     store_only,
     {"TENANT"},
     nullptr,
     false,
     with_arguments<quota_get_command>},
    {"quota set",
     "Sets what a tenant may store.",
     "BYTES is a number with K, M or G, or the word default, which takes the tenant's own limit away.\n"
     "A limit below what is used keeps what is stored and refuses more.\n",
     store_only,
     {"TENANT", "BYTES"},
     nullptr,
     false,
     with_arguments<quota_set_command>},
    {"limits get",
     "Shows how much a tenant may ask.",
     "",
     store_only,
     {"TENANT"},
     nullptr,
     false,
     with_arguments<limits_get_command>},
    {"limits set",
     "Sets how much a tenant may ask.",
     "Each limit is a number, or the word default, which takes the tenant's own limit away. A limit that is not given\n"
     "stays as it is. Running servers take it over within 5 seconds.\n",
     store_only,
     {"TENANT"},
     add_limits_options,
     false,
     with_arguments<limits_set_command>},
    {"audit tail",
     "Shows the newest audit entries.",
     "A line each: time, sequence, action, outcome, actor, and what else there is. Works while the store takes no "
     "changes.\n",
     store_only,
     {},
     add_tail_options,
     false,
     with_arguments<audit_tail_command>},
    {"audit export",
     "Prints the audit log as JSON lines.",
     "Each line is an entry with its sequence and hash, byte for byte: the chain can be followed by the text alone.\n"
     "Exit code 1 if entries do not fit the chain.\n",
     store_only,
     {},
     add_audit_export_options,
     false,
     with_arguments<audit_export_command>},
    {"audit verify",
     "Checks the audit log's chain and prints its head.",
     "Reads the log alone, while the store is in use; `tacit verify` also holds all that is stored against it. "
     "Without\n"
     "an anchor, a log that was cut off or written anew as a whole looks right.\n",
     store_only,
     {},
     add_anchor_option,
     false,
     with_arguments<audit_verify_command>},
    {"audit prune",
     "Takes the oldest audit entries out, for good.",
     "Leaves a checkpoint, so that the rest of the chain still verifies. Entries that do not fit the chain are not\n"
     "pruned, nor is the newest. Export them first. What was made and ended before the checkpoint, `tacit verify` can\n"
     "judge no more.\n",
     store_only,
     {},
     add_prune_options,
     false,
     with_arguments<audit_prune_command>},
    {"key list",
     "Lists the keys of the keyrings, never the keys themselves.",
     "",
     store_and_private_key,
     {},
     add_key_list_options,
     false,
     with_arguments<key_list_command>},
    {"key add",
     "Makes a new key beside the ones that are there.",
     "KEYRING is root or metadata. Prints the key's id. Nothing uses the key before it is promoted: until then every\n"
     "server has to read the keyrings again, for one that has not got the key cannot read what is made with it. Run "
     "it\n"
     "as the user whom the files belong to, or as root if they are root's; owner, group and mode stay.\n",
     store_and_private_key,
     {"KEYRING"},
     nullptr,
     false,
     with_arguments<key_add_command>},
    {"key promote",
     "Makes a key the primary one, which seals all that is new.",
     "Servers seal with it once they have read the keyrings again. From now on no process opens the store without "
     "it.\n",
     store_and_private_key,
     {"KEY"},
     nullptr,
     false,
     with_arguments<key_promote_command>},
    {"key rewrap",
     "Makes anew, with the primary key, all that older keys sealed.",
     "KEYRING is root (tenants' keys; needs root-private-keyring) or metadata (names, bindings, indexes, tenants' "
     "records\n"
     "and API keys); without it both. Servers may run. It may be stopped at any time: the same command goes on. What "
     "a\n"
     "server that has not read the keyrings again writes meanwhile is for the next run. It ends by itself when "
     "another\n"
     "key is promoted meanwhile.\n",
     store_and_private_key,
     {"[KEYRING]"},
     add_rewrap_options,
     false,
     with_arguments<key_rewrap_command>},
    {"key retire",
     "Takes a key out of its keyring, once nothing names it.",
     "Refuses the primary key, one that anything stored still names, and any while there are rows that cannot be read\n"
     "and so may name it. Backups from before the rewrap need the key: keep a copy of it as long as them.\n",
     store_and_private_key,
     {"KEY"},
     nullptr,
     false,
     with_arguments<key_retire_command>},
    {"verify",
     "Checks all that must be true of the store.",
     "Counters, indexes, the boxes of names and bindings, the audit chain; and every value, if root-private-keyring "
     "is\n"
     "configured. The store may be in use. Of a backup the hash is checked first.\n",
     store_and_private_key,
     {},
     add_verify_options,
     false,
     with_arguments<verify_command>},
    {"backup",
     "Copies the store, as it is at one instant, to a file.",
     "FILE appears when it is whole, is for its owner alone, and is never overwritten. -: standard output.\n"
     "Servers go on meanwhile; what they free is used again only when the backup is done, so do not let it wait: with "
     "-\n"
     "it fails when whoever reads takes nothing for --stall-timeout.\n"
     "Needs no keyring, and contains none: keep those elsewhere.\n",
     store_only,
     {"FILE"},
     add_stall_timeout,
     false,
     with_arguments<backup_command>},
    {"restore",
     "Makes a store of a backup.",
     "Only where no store is: the directory must be empty or not be there. -: standard input. The store appears when\n"
     "the backup was found to be whole and of the configured keyrings. Needs no private key.\n"
     "What was deleted, and keys that were revoked, after the backup was made, are back. Restore only backups of your\n"
     "own: their hash tells accidents, not forgeries.\n",
     store_only,
     {"FILE"},
     nullptr,
     false,
     with_arguments<restore_command>},
    {"export",
     "Prints everything of a tenant, sealed as it is stored.",
     "JSON lines: export, tenant, secret …, api_key …, end. Boxes are base64url; the last line counts what was "
     "printed.\n"
     "Names, bindings and values stay sealed. Needs no private key. Is audited.\n",
     store_only,
     {},
     add_export_options,
     false,
     with_arguments<export_command>},
    {"erase",
     "Erases a tenant: its secrets, limits and API keys.",
     "The private key that its values are sealed to goes first, in one transaction; then all rows, bit by bit. What "
     "was\n"
     "cut short is finished by asking again; until then the tenant's requests are answered 503. Is audited. No "
     "process\n"
     "finds anything of it any more. Backups keep what they have, and the store's file its bytes until they are "
     "written\n"
     "over: they are closed for good when the root key is changed and the old one destroyed, everywhere.\n",
     store_only,
     {},
     add_erase_options,
     false,
     with_arguments<erase_command>},
    {"stats",
     "Counts what is stored, and the room that is left.",
     "The store may be in use. Needs no keyring.\n",
     store_only,
     {},
     add_stats_options,
     false,
     with_arguments<stats_command>},
    {"check-config",
     "Says what would keep the server from starting.",
     "Takes the options of serve. Reads all files that it would read and starts nothing.\n",
     everything,
     {},
     nullptr,
     true,
     [](const Invocation& invocation) { return check_config_command(invocation.loaded); }},
};

}  // namespace

std::span<const Command> commands() { return list; }

}  // namespace tacit::server
