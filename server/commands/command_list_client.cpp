// The table entries of `tacit client`.
#include <string>
#include <vector>

#include "server/cli/confirm.hpp"
#include "server/client/change_options.hpp"
#include "server/client/server_access.hpp"
#include "server/commands/command_options.hpp"
#include "server/commands/command_sections.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

constexpr const char* array_instead = "Print a JSON array instead of a table.";
constexpr const char* object_instead = "Print a JSON object instead of a table.";

void add_secret_list_options(po::options_description& own) {
  own.add_options()("tool", value_of("TOOL"),
                    "List only the secrets that apply to this tool; with * in it, those bound to such tools.")(
      "expires-before", value_of("TIME"), "List only the secrets that expire before this: 2027-01-31T12:00:00Z.");
  add_json(own, "Print a JSON array instead of a table; with SECRET, an object that has its etag.");
  add_server_access(own);
}

void add_bound_options(po::options_description& own) {
  own.add_options()("tool", value_of("TOOL"), "The tool that the secret is for; * stands for any characters.")(
      "argument", value_of("NAME"), "The tool's argument that the value fills.");
}

void add_create_options(po::options_description& own) {
  own.add_options()("name", value_of("NAME"), "The secret's name. Required.");
  add_bound_options(own);
  own.add_options()("default", "Let the tool have the value when its caller passes none. Needs --tool and --argument.");
  add_expiry(own);
  add_idempotency_key(own);
  add_json(own, object_instead);
  add_server_access(own);
}

void add_update_options(po::options_description& own) {
  own.add_options()("value", "Ask for a new value.")("name", value_of("NAME"), "A new name.");
  add_bound_options(own);
  own.add_options()("no-tool", "Bind the secret to no tool.")("no-argument", "Bind the secret to no argument.")(
      "default", "Let the tool have the value when its caller passes none.")(
      "no-default", "Let the tool have the value only when it is named.")("no-expiry", "Let the secret never expire.")(
      "discard-previous", "Destroy all previous values.");
  add_expiry(own);
  add_if_match(own);
  add_json(own, object_instead);
  add_server_access(own);
}

void add_rollback_options(po::options_description& own) {
  add_if_match(own);
  add_idempotency_key(own);
  add_json(own, object_instead);
  add_server_access(own);
}

void add_delete_options(po::options_description& own) {
  add_confirmation(own);
  add_if_match(own);
  add_json(own, object_instead);
  add_server_access(own);
}

void add_list_options(po::options_description& own) {
  add_json(own, array_instead);
  add_server_access(own);
}

void add_import_options(po::options_description& own) {
  own.add_options()("tool", value_of("TOOL"), "The tool of the secrets for which the file names none.")(
      "several", "Store more than 64 secrets, or 1 MiB, in several transactions.")(
      "dry-run", "Show what would be stored and which names are taken, and change nothing.");
  add_idempotency_key(own);
  add_json(own, array_instead);
  add_server_access(own);
}

void add_key_terms(po::options_description& own, const char* about_name, const std::string& about_scopes) {
  own.add_options()("name", value_of("NAME"), about_name)(
      "scope", po::value<std::vector<std::string>>()->value_name("SCOPE"), about_scopes.c_str());
  add_expiry(own);
}

void add_key_create_options(po::options_description& own) {
  add_key_terms(own, "A name for the key, shown in lists. Required.", about_scope() + default_scopes());
  add_json(own, "Print a JSON object, which contains the key.");
  add_server_access(own);
}

void add_key_update_options(po::options_description& own) {
  add_key_terms(own, "A new name.", about_scope());
  own.add_options()("no-expiry", "Let the key never expire.");
  add_json(own, object_instead);
  add_server_access(own);
}

void add_key_revoke_options(po::options_description& own) {
  add_confirmation(own);
  add_json(own, object_instead);
  add_server_access(own);
}

const Command list[] = {
    {.name = "client secret list",
     .summary = "Lists your secrets, without their values.",
     .details = "SECRET is a secret's id or its name: then only this one is shown.\n"
                "No command shows a value: the server cannot give it back.\n",
     .examples = "tacit client secret list --url https://tacit.example.org --key-file ~/.tacit-key\n"
                 "tacit client secret list linear --json   # with the etag for --if-match\n",
     .settings = no_settings,
     .operands = {"[SECRET]"},
     .add_options = add_secret_list_options,
     .run = with_environment<client_secret_list_command>},
    {.name = "client secret create",
     .summary = "Stores a secret, whose value it asks for.",
     .details = "On a terminal it asks for the value twice and does not show it; otherwise the value is standard input "
                "without one line break at its end. An argument would show it to other users of the machine.\n",
     .examples = "tacit client secret create --name linear --tool 'agno__linear__*' --argument api_key --default\n"
                 "pass show linear | tacit client secret create --name linear\n",
     .settings = no_settings,
     .needed = {"--name NAME"},
     .add_options = add_create_options,
     .run = with_environment<client_secret_create_command>},
    {.name = "client secret update",
     .summary = "Changes a secret, and its value with --value.",
     .details = "SECRET is a secret's id or its name. What no option names stays as it is. The value is read as "
                "tacit client secret create reads it. The server may keep the previous value for a rollback.\n",
     .examples = "tacit client secret update linear --value\n"
                 "tacit client secret update linear --tool 'agno__linear__*' --if-match 00064cd5f1c1a2b3\n",
     .settings = no_settings,
     .operands = {"SECRET"},
     .add_options = add_update_options,
     .run = with_environment<client_secret_update_command>},
    {.name = "client secret rollback",
     .summary = "Makes a previous value of a secret current again.",
     .details = "SECRET is a secret's id or its name, VERSION a number of tacit client secret versions. Nobody reads "
                "the value.\n",
     .examples = "tacit client secret rollback linear 1\n",
     .settings = no_settings,
     .operands = {"SECRET", "VERSION"},
     .add_options = add_rollback_options,
     .run = with_environment<client_secret_rollback_command>},
    {.name = "client secret delete",
     .summary = "Permanently deletes a secret, or one previous value of it.",
     .details = "SECRET is a secret's id or its name. With VERSION only this previous value is deleted. Asks for "
                "confirmation on a terminal.\n",
     .examples = "tacit client secret delete linear --dry-run\n"
                 "tacit client secret delete linear 1 --yes   # the first value only\n",
     .settings = no_settings,
     .operands = {"SECRET", "[VERSION]"},
     .add_options = add_delete_options,
     .run = with_environment<client_secret_delete_command>},
    {.name = "client secret uses",
     .summary = "Shows which tools got a secret, and what became of it.",
     .details =
         "SECRET is a secret's id or its name. rejected_upstream: the tool's service did not accept the value.\n",
     .examples = "tacit client secret uses linear\n",
     .settings = no_settings,
     .operands = {"SECRET"},
     .add_options = add_list_options,
     .run = with_environment<client_secret_uses_command>},
    {.name = "client secret versions",
     .summary = "Lists the present and the previous values of a secret, by their masks.",
     .details = "SECRET is a secret's id or its name.\n",
     .examples = "tacit client secret versions linear\n",
     .settings = no_settings,
     .operands = {"SECRET"},
     .add_options = add_list_options,
     .run = with_environment<client_secret_versions_command>},
    {.name = "client secret import",
     .summary = "Stores the secrets of a .env or JSON file in one transaction.",
     .details =
         "All are stored or none. FILE is - for standard input.\n"
         "A .env file has lines NAME=value, also with export before them. 'text' is taken as it is; in \"text\" \\n, "
         "\\r, \\t, \\\", \\\\ and \\$ stand for one character; both may have several lines. Another value ends with "
         "its line, or before a # that follows a blank. A # at the begin of a line makes it a comment. $NAME is not "
         "replaced.\n"
         "A JSON file is an object of names and values, or an array of objects with secret_name, secret_value, "
         "tool_name, tool_arg, is_default_for_tool and expires_at.\n",
     .examples = "tacit client secret import .env --tool 'agno__linear__*' --dry-run\n"
                 "tacit client secret import secrets.json\n",
     .settings = no_settings,
     .operands = {"FILE"},
     .add_options = add_import_options,
     .run = with_environment<client_secret_import_command>},
    {.name = "client api-key list",
     .summary = "Lists your API keys, without the keys themselves.",
     .examples = "tacit client api-key list --json\n",
     .settings = no_settings,
     .add_options = add_list_options,
     .run = with_environment<client_api_key_list_command>},
    {.name = "client api-key create",
     .summary = "Creates an API key of yours and prints it once.",
     .details = "Prints the key to standard output, and all other messages to standard error. The key in the key file "
                "needs the scope keys:manage.\n",
     .examples = "tacit client api-key create --name deploy --expires-in 90d >deploy.key   # after umask 077\n",
     .settings = no_settings,
     .needed = {"--name NAME"},
     .add_options = add_key_create_options,
     .run = with_environment<client_api_key_create_command>},
    {.name = "client api-key update",
     .summary = "Changes the name, scopes or expiry of an API key of yours.",
     .details = "API-KEY is the key's id, the 11 characters after tct_.\n",
     .examples = "tacit client api-key update 0aB3dE6gH9j --scope secrets:read --expires-in 30d\n",
     .settings = no_settings,
     .operands = {"API-KEY"},
     .add_options = add_key_update_options,
     .run = with_environment<client_api_key_update_command>},
    {.name = "client api-key revoke",
     .summary = "Permanently revokes an API key of yours.",
     .details = "API-KEY is the key's id, the 11 characters after tct_. Asks for confirmation on a terminal.\n",
     .examples = "tacit client api-key revoke 0aB3dE6gH9j --yes\n",
     .settings = no_settings,
     .operands = {"API-KEY"},
     .add_options = add_key_revoke_options,
     .run = with_environment<client_api_key_revoke_command>},
};

}  // namespace

std::span<const Command> client_commands() { return list; }

}  // namespace tacit::server
