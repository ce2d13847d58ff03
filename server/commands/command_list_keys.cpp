// The table entries of the keyring commands.
#include "server/cli/confirm.hpp"
#include "server/commands/command_options.hpp"
#include "server/commands/command_sections.hpp"
#include "server/config/command_option_defaults.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

void add_key_list_options(po::options_description& own) {
  own.add_options()("uses", "Count the stored objects that use each key. This reads the whole store.");
  add_json(own, "Print a JSON array instead of a table.");
}

void add_rewrap_options(po::options_description& own) {
  own.add_options()(
      "rate", value_of("NUMBER"),
      with_default("Tenants per second; for the metadata keyring, rows per second. 0: no limit.", default_rewrap_rate)
          .c_str())("accept-retired",
                    "Also sign again what retired keys signed: after a backup from before their retirement was "
                    "restored.")(
      "discard-unreadable",
      "Also finish tenants that have secrets which cannot be opened under the old metadata key. They stay unreadable.")(
      "yes",
      "Do not ask for confirmation of a primary root key that the store does not name. Required without a terminal.");
}

void add_retire_options(po::options_description& own) {
  own.add_options()("discard-unreadable", "Ignore rows that cannot be opened with any key. They stay unreadable.");
  add_confirmation_on_terminal(own);
}

void add_prekeys_options(po::options_description& own) {
  own.add_options()("add", value_of("NUMBER"), "Make this many more.");
  add_json(own);
}

const Command list[] = {
    {.name = "key list",
     .summary = "Lists the ids and states of the keys in the keyrings, without key material.",
     .details = "KEYRING is root, metadata, signing (the keys in root-signing-keyring), audit-api, audit-tools or "
                "audit-operator. The public half of a retired signing key stays in root-public-keyring: it verifies "
                "older audit entries.\n"
                "With --uses, ROWS are the rows that are no tenant, secret or API key: previous values, noted uses and "
                "answers kept for an Idempotency-Key name a metadata key; prekeys, marks and checkpoints another.\n"
                "Exits with 1 if a keyring could not be read; the keys of the others are listed.\n",
     .examples = "tacit key list\n"
                 "tacit key list --uses   # with the number of uses\n",
     .settings = store_and_private_key,
     .add_options = add_key_list_options,
     .runs_apart = true,
     .run = with_arguments<key_list_command>},
    {.name = "key add",
     .summary = "Adds a new key to a keyring.",
     .details = "KEYRING is root, metadata, signing (the file is root-signing-keyring), audit-api, audit-tools or "
                "audit-operator. The first `signing` makes all four signing keyrings. audit-api and audit-tools make "
                "their file if it was lost. Prints the key's id; of the four, that of the root signing key. The "
                "key is not used until it is promoted. Before that, every server must read the keyrings again: a "
                "server without the key cannot read data sealed or signed with it.\n"
                "Run it as the owner of the files, or as root if root owns them. The files keep their owner, group "
                "and mode.\n",
     .examples = "tacit key add root\n"
                 "tacit key add signing   # the first one begins to sign an existing store\n",
     .settings = store_and_private_key,
     .operands = {"KEYRING"},
     .run = with_arguments<key_add_command>},
    {.name = "key promote",
     .summary = "Makes a key the primary key, which seals or signs all new data.",
     .details = "Servers use it once they have read the keyrings again. From now on no process can open the store "
                "without it. The first root signing key takes the first key of each audit keyring with it. "
                "Needs root-signing-keyring and audit-operator-keyring, once there are any.\n",
     .examples = "tacit key promote 0123456789abcdef\n",
     .settings = store_and_private_key,
     .operands = {"KEY"},
     .run = with_arguments<key_promote_command>},
    {.name = "key rewrap",
     .summary = "Reseals with the primary key all data that older keys sealed.",
     .details = "KEYRING is root (tenants' keys and everything that the root signing key signs; needs "
                "root-private-keyring and root-signing-keyring) or metadata (names, bindings, indexes, "
                "tenants' records and API keys). Without KEYRING the command does both. Servers may run. The command "
                "may be stopped at any time; the next run continues. Data from servers that have not read the keyrings "
                "again is left for the next run. The command stops if another key is promoted while it runs.\n"
                "For a primary root key that the store does not name (the root public keyring was edited, or an older "
                "backup was restored), root shows its id and asks for it as confirmation. Compare it with a copy of "
                "your keyrings first: such a key may be an attacker's.\n",
     .examples = "tacit key rewrap root\n"
                 "tacit key rewrap metadata --rate 0   # without a limit\n",
     .settings = store_and_private_key,
     .operands = {"[KEYRING]"},
     .add_options = add_rewrap_options,
     .run = with_arguments<key_rewrap_command>},
    {.name = "key retire",
     .summary = "Removes an unused key from its keyring.",
     .details =
         "Refuses the primary key, and a key that stored data still uses. Refuses any key while there are "
         "unreadable rows, because they may use it; tacit verify names them. The public half of a signing key stays in "
         "root-public-keyring: older audit entries are still verified with it. Backups from before the rewrap "
         "need the key: keep a copy "
         "of it as long as those backups. Asks for confirmation on a terminal; without a terminal it "
         "continues, because no stored data needs the key.\n",
     .examples = "tacit key retire 0123456789abcdef --dry-run   # check whether it is still in use\n"
                 "tacit key retire 0123456789abcdef\n",
     .settings = store_and_private_key,
     .operands = {"KEY"},
     .add_options = add_retire_options,
     .run = with_arguments<key_retire_command>},
    {.name = "key prekeys",
     .summary = "Shows the key pairs that are ready for new tenants, or makes more.",
     .details = "Each new tenant takes one in its first write. The tool plane keeps prekey-pool of them ready; --add "
                "makes more before many new tenants arrive. Needs root-signing-keyring with --add. Unusable ones are "
                "removed by the tool plane.\n",
     .examples = "tacit key prekeys\n"
                 "tacit key prekeys --add 100000\n",
     .settings = store_and_private_key,
     .add_options = add_prekeys_options,
     .runs_apart = true,
     .run = with_arguments<key_prekeys_command>},
};

}  // namespace

std::span<const Command> key_commands() { return list; }

}  // namespace tacit::server
