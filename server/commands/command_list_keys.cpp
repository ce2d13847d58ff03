// The commands about the keys of the keyrings.
#include "server/cli/confirm.hpp"
#include "server/commands/command_options.hpp"
#include "server/commands/command_sections.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

void add_key_list_options(po::options_description& own) {
  own.add_options()("uses", "Count what names each key. This reads the whole store.");
  add_json(own, "Print a JSON array instead of a table.");
}

void add_rewrap_options(po::options_description& own) {
  own.add_options()("rate", value_of("NUMBER"),
                    "Tenants a second, or with the metadata key rows a second. 0: as fast as it goes. Default 1000.");
}

const Command list[] = {
    {.name = "key list",
     .summary = "Lists the keys in the keyrings: ids and states, no key material.",
     .examples = "tacit key list\n"
                 "tacit key list --uses   # and what names each key\n",
     .settings = store_and_private_key,
     .add_options = add_key_list_options,
     .run = with_arguments<key_list_command>},
    {.name = "key add",
     .summary = "Makes a new key beside the ones that are there.",
     .details = "KEYRING is root or metadata. Prints the key's id. Nothing uses the key before it is promoted. Until "
                "then every server has to read the keyrings again: a server without the key cannot read what is made "
                "with it.\n"
                "Run it as the user that the files belong to, or as root if they are root's; owner, group and mode "
                "stay.\n",
     .examples = "tacit key add root\n",
     .settings = store_and_private_key,
     .operands = {"KEYRING"},
     .run = with_arguments<key_add_command>},
    {.name = "key promote",
     .summary = "Makes a key the primary one, which seals all that is new.",
     .details = "Servers seal with it once they have read the keyrings again. From now on no process opens the store "
                "without it.\n",
     .examples = "tacit key promote 0123456789abcdef\n",
     .settings = store_and_private_key,
     .operands = {"KEY"},
     .run = with_arguments<key_promote_command>},
    {.name = "key rewrap",
     .summary = "Seals with the primary key everything that older keys sealed.",
     .details = "KEYRING is root (tenants' keys; needs root-private-keyring) or metadata (names, bindings, indexes, "
                "tenants' records and API keys). Without it the command does both. Servers may run. It may be stopped "
                "at any time: the same command goes on. What a server that has not read the keyrings again writes "
                "meanwhile is for the next run. It ends by itself when another key is promoted meanwhile.\n",
     .examples = "tacit key rewrap root\n"
                 "tacit key rewrap metadata --rate 0   # as fast as it goes\n",
     .settings = store_and_private_key,
     .operands = {"[KEYRING]"},
     .add_options = add_rewrap_options,
     .run = with_arguments<key_rewrap_command>},
    {.name = "key retire",
     .summary = "Takes a key out of its keyring, once nothing names it.",
     .details = "Refuses the primary key, and a key that something stored still names. Refuses any key while there "
                "are rows that cannot be read, because they may name it. Backups from before the rewrap need the key: "
                "keep a copy of it as long as them. On a terminal it asks first; without one it goes on, since nothing "
                "that is stored needs the key.\n",
     .examples = "tacit key retire 0123456789abcdef --dry-run   # whether anything still names it\n"
                 "tacit key retire 0123456789abcdef\n",
     .settings = store_and_private_key,
     .operands = {"KEY"},
     .add_options = add_confirmation_on_terminal,
     .run = with_arguments<key_retire_command>},
};

}  // namespace

std::span<const Command> key_commands() { return list; }

}  // namespace tacit::server
