// The commands about the store as a whole.
#include "server/cli/patient_output.hpp"
#include "server/commands/command_options.hpp"
#include "server/commands/command_sections.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

void add_verify_options(po::options_description& own) {
  own.add_options()("backup", value_of("FILE"), "Check this backup instead of the store.")(
      "stall-timeout", value_of("SECONDS"),
      "How long it may come no further, as on a disk that does not answer: up to a day. Default 60.");
  add_json(own);
}

void add_stats_options(po::options_description& own) {
  own.add_options()("top", value_of("NUMBER"), "How many of the biggest tenants to list. Default 10.");
  add_json(own);
}

void add_scrub_options(po::options_description& own) {
  own.add_options()("wait", value_of("SECONDS"), "How long to wait for those who read older states. Default 60.");
  add_json(own);
}

void add_backup_options(po::options_description& own) {
  own.add_options()("into", value_of("DIRECTORY"),
                    "Make a backup there that is named by the time: tacit-20260131T120000Z.backup.")(
      "keep", value_of("NUMBER"), "With --into: when the backup is made, delete older ones beyond that many in all.")(
      "keep-for", value_of("TIME"),
      "With --into: delete backups that are older, such as 14d. With --keep too, only what neither keeps.")(
      "dry-run", "With --into: say which backups would be deleted, and make none.");
  add_stall_timeout(own);
}

const Command list[] = {
    {.name = "verify",
     .summary = "Checks everything that must be true of the store.",
     .details = "Checks counters, indexes, the boxes of names and bindings, the audit chain; and every value, if "
                "root-private-keyring is configured. The store may be in use. The hash of a backup is checked first.\n"
                "Reads the file page by page, so that no damage ends it: it names each damaged page with the keys "
                "behind it, and checks what is left. It does so in a process of its own: if that dies, or comes no "
                "further for --stall-timeout, the line says where it was, and the exit code is 1.\n",
     .examples = "tacit verify\n"
                 "tacit verify --backup /var/backups/tacit/tacit-20260131T120000Z.backup\n",
     .settings = store_and_private_key,
     .add_options = add_verify_options,
     .run = with_arguments<verify_command>},
    {.name = "backup",
     .summary = "Copies the store, as it is at one instant, to a file.",
     .details =
         "FILE appears when it is whole. Its owner alone can read it. An existing file is never overwritten. "
         "With - the backup goes to standard output.\n"
         "Servers go on meanwhile. Pages that they free are used again only when the backup is done, so do not "
         "let it wait: with - it fails when the reader takes nothing for --stall-timeout.\n"
         "Needs no keyring, and contains none: keep those elsewhere. What was written is read again and its hash "
         "checked.\n"
         "With --into and --keep or --keep-for, older backups in the directory are deleted once the new one is "
         "complete; only files of such names, and whole backups. Success is noted where backup-record says.\n",
     .examples = "tacit backup --into /var/backups/tacit --keep 48 --keep-for 14d\n"
                 "tacit backup /var/backups/tacit/tacit-20260131T120000Z.backup\n"
                 "tacit backup - | ssh backup-host \"cat >tacit.backup\"\n",
     .settings = store_only,
     .operands = {"[FILE]"},
     .add_options = add_backup_options,
     .run = with_arguments<backup_command>},
    {.name = "restore",
     .summary = "Makes a store of a backup.",
     .details = "The store's directory must be empty or missing. With - the backup comes from standard input. The "
                "store appears when the backup was found to be whole and of the configured keyrings. Needs no private "
                "key.\n"
                "Secrets that were deleted, and API keys that were revoked, after the backup was made are back. "
                "Restore only backups of your own: their hash tells accidents, not forgeries.\n",
     .examples = "tacit restore /var/backups/tacit/tacit-20260131T120000Z.backup --store /srv/tacit-store\n",
     .settings = store_only,
     .operands = {"FILE"},
     .run = with_arguments<restore_command>},
    {.name = "stats",
     .summary = "Counts what is stored, and the room that is left.",
     .details = "The store may be in use. Needs no keyring.\n",
     .examples = "tacit stats\n"
                 "tacit stats --json --top 0\n",
     .settings = store_only,
     .add_options = add_stats_options,
     .run = with_arguments<stats_command>},
    {.name = "scrub",
     .summary = "Overwrites in the store's file what was deleted or replaced.",
     .details =
         "Servers do so by themselves (scrub-within); this does it at once, and looks through the pages in use, too. "
         "The store may be in use: changes wait for some milliseconds at most. Pages that somebody still reads, a "
         "running backup for example, are waited for as long as --wait says. Needs no keyring.\n"
         "Exits with 1 if not all could be overwritten. Copies that a file system, an SSD, a snapshot or a backup has "
         "kept are not reached.\n",
     .examples = "tacit scrub\n"
                 "tacit scrub --wait 600 --json\n",
     .settings = store_only,
     .add_options = add_scrub_options,
     .run = with_arguments<scrub_command>},
};

}  // namespace

std::span<const Command> store_commands() { return list; }

}  // namespace tacit::server
