// The commands about one tenant: API keys, quota, limits, export, erasure.
#include "server/cli/confirm.hpp"
#include "server/cli/patient_output.hpp"
#include "server/commands/command_options.hpp"
#include "server/commands/command_sections.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

void add_create_options(po::options_description& own) {
  add_tenant(own, "The user that the key speaks for. Required.");
  own.add_options()("name", value_of("NAME"), "What the key is for, as lists show it. Required.")(
      "scope", po::value<std::vector<std::string>>()->value_name("SCOPE"),
      "What the key may do: secrets:read, secrets:write or keys:manage. Give it once for each. "
      "Default secrets:read and secrets:write.")("expires-in", value_of("TIME"),
                                                 "When the key ends: 12h, 90d or 2w from now. Default never.");
}

void add_list_options(po::options_description& own) {
  add_tenant(own, "Only the keys of this user.");
  add_json(own, "Print a JSON array instead of a table.");
}

void add_tenant_and_json(po::options_description& own) {
  add_tenant(own, "The tenant. Required.");
  add_json(own);
}

void add_limits_options(po::options_description& own) {
  add_tenant(own, "The tenant. Required.");
  own.add_options()("requests-per-second", value_of("NUMBER"), "Requests a second in the long run. 0: no limit.")(
      "request-burst", value_of("NUMBER"), "Requests that may come at once.")(
      "api-keys", value_of("NUMBER"), "API keys that are not revoked.")("secrets", value_of("NUMBER"),
                                                                        "Secrets that may be stored.");
  add_json(own);
}

void add_export_options(po::options_description& own) {
  add_tenant(own, "The tenant. Required.");
  add_stall_timeout(own);
}

void add_erase_options(po::options_description& own) {
  add_tenant(own, "The tenant to erase. Required.");
  add_confirmation(own);
  add_json(own);
}

const Command list[] = {
    {.name = "api-key create",
     .summary = "Makes an API key and prints it, once.",
     .details = "The key goes to standard output, everything else to standard error.\n",
     .examples = "tacit api-key create --tenant 1f0c6a52-0000-4000-8000-000000000001 --name deploy --expires-in 90d\n",
     .settings = store_only,
     .needed = {"--tenant UUID", "--name NAME"},
     .add_options = add_create_options,
     .run = with_arguments<api_key_create_command>},
    {.name = "api-key list",
     .summary = "Lists API keys: ids, names and states, never the keys.",
     .examples = "tacit api-key list --tenant UUID\n"
                 "tacit api-key list --json   # for scripts\n",
     .settings = store_only,
     .add_options = add_list_options,
     .run = with_arguments<api_key_list_command>},
    {.name = "api-key revoke",
     .summary = "Revokes an API key: every server refuses it at once, for good.",
     .details = "ID is the key's id, the 11 characters after tct_, as tacit api-key list shows it.\n"
                "Asks first on a terminal.\n",
     .examples = "tacit api-key revoke 0aB3dE6gH9j --dry-run   # which key that is\n"
                 "tacit api-key revoke 0aB3dE6gH9j --yes\n",
     .settings = store_only,
     .operands = {"ID"},
     .add_options = add_confirmation,
     .run = with_arguments<api_key_revoke_command>},
    {.name = "quota get",
     .summary = "Shows what a tenant may store and has stored.",
     .examples = "tacit quota get --tenant UUID\n",
     .settings = store_only,
     .needed = {"--tenant UUID"},
     .tenant_may_lead = true,
     .add_options = add_tenant_and_json,
     .run = with_arguments<quota_get_command>},
    {.name = "quota set",
     .summary = "Sets what a tenant may store.",
     .details = "BYTES is a size such as 512K, 5M or 1G, or the word default, which takes the tenant's own limit "
                "away.\n"
                "A limit below what is used keeps what is stored and refuses more.\n",
     .examples = "tacit quota set --tenant UUID 5M\n"
                 "tacit quota set --tenant UUID default\n",
     .settings = store_only,
     .operands = {"BYTES"},
     .needed = {"--tenant UUID"},
     .tenant_may_lead = true,
     .add_options = add_tenant_and_json,
     .run = with_arguments<quota_set_command>},
    {.name = "limits get",
     .summary = "Shows how many requests, API keys and secrets a tenant may have.",
     .examples = "tacit limits get --tenant UUID --json\n",
     .settings = store_only,
     .needed = {"--tenant UUID"},
     .tenant_may_lead = true,
     .add_options = add_tenant_and_json,
     .run = with_arguments<limits_get_command>},
    {.name = "limits set",
     .summary = "Sets how many requests, API keys and secrets a tenant may have.",
     .details =
         "Each limit is a number, or the word default, which takes the tenant's own limit away. A limit that is "
         "not given stays as it is. Running servers take it over within 5 seconds. A tenant that has more secrets "
         "already keeps them, and gets no more.\n",
     .examples = "tacit limits set --tenant UUID --requests-per-second 50 --request-burst 100\n"
                 "tacit limits set --tenant UUID --secrets 50000 --api-keys default\n",
     .settings = store_only,
     .needed = {"--tenant UUID"},
     .tenant_may_lead = true,
     .add_options = add_limits_options,
     .run = with_arguments<limits_set_command>},
    {.name = "export",
     .summary = "Prints everything of a tenant, sealed as it is stored.",
     .details = "Prints JSON lines: export, tenant, secret …, api_key …, end. Boxes are base64url; the last line "
                "counts what was printed.\n"
                "Names, bindings and values stay sealed. Needs no private key. The export is audited.\n",
     .examples = "tacit export --tenant UUID >tenant.jsonl\n",
     .settings = store_only,
     .needed = {"--tenant UUID"},
     .add_options = add_export_options,
     .run = with_arguments<export_command>},
    {.name = "erase",
     .summary = "Erases a tenant: its secrets, limits and API keys.",
     .details = "The private key that the tenant's values are sealed to goes first, in one transaction; then all rows "
                "follow, some at a time. If the command is cut short, run it again: it goes on. Until then the "
                "tenant's requests are answered 503. The erasure is audited. No process finds anything of the tenant "
                "any more. On a terminal it asks for the tenant's id first.\n"
                "Backups keep what they have, and the store's file keeps the bytes until they are written over. They "
                "are closed for good when the root key is changed and every copy of the old one is destroyed.\n",
     .examples = "tacit erase --tenant UUID --dry-run   # what there is to erase\n"
                 "tacit erase --tenant UUID\n",
     .settings = store_only,
     .needed = {"--tenant UUID"},
     .add_options = add_erase_options,
     .run = with_arguments<erase_command>},
};

}  // namespace

std::span<const Command> tenant_commands() { return list; }

}  // namespace tacit::server
