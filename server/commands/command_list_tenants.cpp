// The table entries of the commands on one tenant: API keys, quota, limits, export, erasure.
#include <string>
#include <string_view>

#include "auth/model/scope_names.hpp"
#include "crypto/text/sentence.hpp"
#include "server/cli/confirm.hpp"
#include "server/cli/patient_output.hpp"
#include "server/commands/command_options.hpp"
#include "server/commands/command_sections.hpp"
#include "server/config/command_option_defaults.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

std::string scope_list(store::Scope scopes, std::string_view last) {
  return crypto::joined(auth::scope_names(scopes), ", ", last);
}

void add_create_options(po::options_description& own) {
  add_tenant(own, "The tenant that the key belongs to. Required.");
  own.add_options()("name", value_of("NAME"), "A name for the key, shown in lists. Required.")(
      "scope", po::value<std::vector<std::string>>()->value_name("SCOPE"), (about_scope() + default_scopes()).c_str())(
      "expires-in", value_of("TIME"), "When the key expires: 12h, 90d or 2w from now. Default never.");
}

void add_list_options(po::options_description& own) {
  add_tenant(own, "List only the keys of this tenant.");
  add_json(own, "Print a JSON array instead of a table.");
}

void add_tenant_and_json(po::options_description& own) {
  add_tenant(own, "The tenant. Required.");
  add_json(own);
}

void add_limits_options(po::options_description& own) {
  add_tenant(own, "The tenant. Required.");
  own.add_options()("requests-per-second", value_of("NUMBER"), "Sustained requests per second. 0: no limit.")(
      "request-burst", value_of("NUMBER"), "Requests allowed in a burst.")("api-keys", value_of("NUMBER"),
                                                                           "API keys that are not revoked.")(
      "secrets", value_of("NUMBER"), "Stored secrets.")("strict-binding", value_of("on|off|default"),
                                                        "Whether values are sealed to their tool_name and tool_arg.");
  add_json(own);
}

void add_export_options(po::options_description& own) {
  add_tenant(own, "The tenant. Required.");
  add_stall_timeout(own);
}

void add_rekey_options(po::options_description& own) {
  add_tenant(own, "The tenant. Either this or --all is required.");
  own.add_options()("all", "All tenants.")(
      "rate", value_of("NUMBER"), with_default("Secrets per second. 0: no limit.", default_rewrap_rate).c_str())(
      "discard-unreadable",
      "Also finish tenants whose old key pair still has values that cannot be opened. They stay unreadable.")(
      "restart",
      "With --all: begin the run again and give all tenants new key pairs, instead of continuing an interrupted run. "
      "Restarts no server and no unit.");
}

void add_erase_options(po::options_description& own) {
  add_tenant(own, "The tenant to erase. Required.");
  add_confirmation(own);
  add_json(own);
}

const Command list[] = {
    {.name = "api-key create",
     .summary = "Creates an API key and prints it once.",
     .details = "Prints the key to standard output, and all other messages to standard error.\n",
     .examples = "tacit api-key create --tenant 1f0c6a52-0000-4000-8000-000000000001 --name deploy --expires-in 90d\n",
     .settings = changed_store,
     .needed = {"--tenant UUID", "--name NAME"},
     .add_options = add_create_options,
     .runs_apart = true,
     .run = with_arguments<api_key_create_command>},
    {.name = "api-key list",
     .summary = "Lists the ids, names and states of API keys, not the keys.",
     .examples = "tacit api-key list --tenant UUID\n"
                 "tacit api-key list --json   # for scripts\n",
     .settings = store_only,
     .add_options = add_list_options,
     .runs_apart = true,
     .run = with_arguments<api_key_list_command>},
    {.name = "api-key revoke",
     .summary = "Permanently revokes an API key; every server refuses it at once.",
     .details = "ID is the key's id, the 11 characters after tct_, as tacit api-key list shows it.\n"
                "Asks for confirmation on a terminal.\n",
     .examples = "tacit api-key revoke 0aB3dE6gH9j --dry-run   # show the key\n"
                 "tacit api-key revoke 0aB3dE6gH9j --yes\n",
     .settings = changed_store,
     .operands = {"ID"},
     .add_options = add_confirmation,
     .runs_apart = true,
     .run = with_arguments<api_key_revoke_command>},
    {.name = "quota get",
     .summary = "Shows a tenant's storage quota and usage.",
     .examples = "tacit quota get --tenant UUID\n",
     .settings = store_only,
     .needed = {"--tenant UUID"},
     .tenant_may_lead = true,
     .add_options = add_tenant_and_json,
     .runs_apart = true,
     .run = with_arguments<quota_get_command>},
    {.name = "quota set",
     .summary = "Sets a tenant's storage quota.",
     .details = "BYTES is a size such as 512K, 5M or 1G, or the word default, which removes the tenant's own "
                "quota.\n"
                "A quota below the current usage keeps the stored data and refuses new data.\n",
     .examples = "tacit quota set --tenant UUID 5M\n"
                 "tacit quota set --tenant UUID default\n",
     .settings = changed_store,
     .operands = {"BYTES"},
     .needed = {"--tenant UUID"},
     .tenant_may_lead = true,
     .add_options = add_tenant_and_json,
     .runs_apart = true,
     .run = with_arguments<quota_set_command>},
    {.name = "limits get",
     .summary = "Shows a tenant's request, API key and secret limits, and its strict binding.",
     .examples = "tacit limits get --tenant UUID --json\n",
     .settings = store_only,
     .needed = {"--tenant UUID"},
     .tenant_may_lead = true,
     .add_options = add_tenant_and_json,
     .runs_apart = true,
     .run = with_arguments<limits_get_command>},
    {.name = "limits set",
     .summary = "Sets a tenant's request, API key and secret limits, or its strict binding.",
     .details =
         "Each limit is a number, or the word default, which removes the tenant's own limit. Limits that are not "
         "given do not change. Running servers apply new limits within 5 seconds. A tenant that has more secrets "
         "than the limit keeps them, and cannot add more. --strict-binding binds values that are stored from now on; "
         "tacit tenant rekey binds the present ones.\n",
     .examples = "tacit limits set --tenant UUID --requests-per-second 50 --request-burst 100\n"
                 "tacit limits set --tenant UUID --secrets 50000 --api-keys default\n"
                 "tacit limits set --tenant UUID --strict-binding on\n",
     .settings = changed_store,
     .needed = {"--tenant UUID"},
     .tenant_may_lead = true,
     .add_options = add_limits_options,
     .runs_apart = true,
     .run = with_arguments<limits_set_command>},
    {.name = "export",
     .summary = "Exports all data of a tenant, sealed as stored.",
     .details = "Prints JSON lines: export, tenant, secret …, api_key …, end. Sealed boxes are base64url; the last "
                "line contains the counts.\n"
                "Names, bindings and values stay sealed. Needs no private key. The export is audited.\n",
     .examples = "tacit export --tenant UUID >tenant.jsonl\n",
     .settings = changed_store,
     .needed = {"--tenant UUID"},
     .add_options = add_export_options,
     .runs_apart = true,
     .run = with_arguments<export_command>},
    {.name = "tenant rekey",
     .summary = "Gives tenants new key pairs and seals all their values to them.",
     .details = "For a tenant, or for all. Servers may run. The old private halves are destroyed at the end, so that "
                "copies of them open nothing that is stored later. Values whose tenants use strict binding are bound. "
                "The command may be stopped at any time; the next run continues. The end of --all writes the cut-off: "
                "from then on only signed keys and signed audit entries are accepted. Restart all servers before, also "
                "idle ones: one with old keyrings that writes no audit entry meanwhile is not noticed. Afterwards make "
                "every server read the keyring: restart the units under systemd, else reload.\n"
                "--all first replaces the key pairs that are kept ready for new tenants. Needs root-private-keyring, "
                "root-signing-keyring and audit-operator-keyring.\n",
     .examples = "tacit tenant rekey --tenant UUID\n"
                 "tacit tenant rekey --all --rate 0   # without a limit\n",
     .settings = store_and_private_key,
     .add_options = add_rekey_options,
     .run = with_arguments<tenant_rekey_command>},
    {.name = "erase",
     .summary = "Erases a tenant: its secrets, limits and API keys.",
     .details = "First deletes, in one transaction, the private key that the tenant's values are sealed to; then all "
                "rows in batches. If the command is interrupted, run it again to continue; until then the tenant's "
                "requests are answered 503. The erasure is audited. Afterwards no process finds data of the tenant. "
                "On a terminal it asks for the tenant's id as confirmation.\n"
                "Backups keep their data, and the store's file keeps the bytes until they are overwritten. They "
                "become unreadable when every root key that sealed the tenant's key pair is replaced and all of its "
                "copies are destroyed. Needs root-signing-keyring.\n",
     .examples = "tacit erase --tenant UUID --dry-run   # show what would be erased\n"
                 "tacit erase --tenant UUID\n",
     .settings = changed_store,
     .needed = {"--tenant UUID"},
     .add_options = add_erase_options,
     .runs_apart = true,
     .run = with_arguments<erase_command>},
};

}  // namespace

std::string about_scope() {
  return "A permission of the key: " + scope_list(store::api_scopes, " or ") + ", may be repeated; or " +
         scope_list(store::Scope::tools_use, {}) + " alone, for the tool plane.";
}

std::string default_scopes() {
  return " Default " + scope_list(store::Scope::secrets_read | store::Scope::secrets_write, " and ") + ".";
}

std::span<const Command> tenant_commands() { return list; }

}  // namespace tacit::server
