// The table entries of the commands on the store as a whole.
#include "server/cli/patient_output.hpp"
#include "server/commands/command_options.hpp"
#include "server/commands/command_sections.hpp"
#include "server/config/command_option_defaults.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

void add_verify_options(po::options_description& own) {
  own.add_options()("backup", value_of("FILE"), "Check this backup instead of the store.")(
      "stall-timeout", value_of("SECONDS"),
      with_default("Longest time without progress, for example on a disk that does not answer: at most one day.",
                   default_stall.count())
          .c_str());
  add_json(own);
}

void add_stats_options(po::options_description& own) {
  own.add_options()("top", value_of("NUMBER"),
                    with_default("Number of largest tenants to list.", default_top_tenants).c_str());
  add_json(own);
}

void add_scrub_options(po::options_description& own) {
  own.add_options()(
      "wait", value_of("SECONDS"),
      with_default("How long to wait for readers of older snapshots.", default_scrub_wait.count()).c_str());
  add_json(own);
}

void add_backup_options(po::options_description& own) {
  own.add_options()("into", value_of("DIRECTORY"),
                    "Create a backup there, named after the time: tacit-20260131T120000Z.backup.")(
      "keep", value_of("NUMBER"), "With --into: after the backup, delete the oldest ones until this many are left.")(
      "keep-for", value_of("TIME"),
      "With --into: delete backups older than this (14d). With --keep: only those that it would delete, too.")(
      "dry-run", "With --into: list the backups that would be deleted; delete none and create none.");
  add_stall_timeout(own);
}

const Command list[] = {
    {.name = "verify",
     .summary = "Checks the integrity of the store.",
     .details =
         "Checks counters, indexes, sealed names and bindings, signatures, the audit chain, the rows against the "
         "audit log, and, if root-private-keyring is configured, every value. The store may be in use. The hash "
         "of a backup is checked first; signatures of retired keys are accepted there.\n"
         "Reads the file page by page and continues after damage: it lists each damaged page with the keys "
         "that it covers, and checks the rest. The check runs in a separate process. If that process dies or "
         "makes no progress for --stall-timeout, a line names the position, and the exit code is 1.\n"
         "Of a store in etcd the rows are checked; its pages are etcd's own.\n",
     .examples = "tacit verify\n"
                 "tacit verify --backup /var/backups/tacit/tacit-20260131T120000Z.backup\n",
     .settings = store_and_private_key,
     .add_options = add_verify_options,
     .run = with_arguments<verify_command>},
    {.name = "backup",
     .summary = "Copies a consistent snapshot of the store to a file.",
     .details =
         "FILE appears when it is complete. Only its owner can read it. An existing file is never overwritten. "
         "With - the backup goes to standard output.\n"
         "Servers continue to run. Pages that they free are reused only after the backup, so do not delay it: "
         "with - it fails if the reader takes no data for --stall-timeout.\n"
         "Needs no keyring, and contains none: back up the keyrings separately. The written file is read again to "
         "check its hash.\n"
         "With --into and --keep or --keep-for, older backups in the directory are deleted after the new one is "
         "complete; only complete backups with such names. Success is recorded in the file backup-record.\n"
         "A backup of a store in etcd is of the same form. It is put together in TMPDIR (by default /var/tmp), which "
         "needs room for the whole store.\n",
     .examples = "tacit backup --into /var/backups/tacit --keep 48 --keep-for 14d\n"
                 "tacit backup /var/backups/tacit/tacit-20260131T120000Z.backup\n"
                 "tacit backup - | ssh backup-host \"cat >tacit.backup\"\n",
     .settings = store_only,
     .operands = {"[FILE]"},
     .add_options = add_backup_options,
     .run = with_arguments<backup_command>},
    {.name = "restore",
     .summary = "Creates a store from a backup.",
     .details =
         "The store's directory must be empty or missing. With - the backup comes from standard input. The "
         "store appears after the backup was found complete and matching the configured keyrings. Needs no "
         "private key.\n"
         "Secrets deleted and API keys revoked after the backup are valid again. "
         "Restore only your own backups: the hash detects accidental damage, not forgery.\n"
         "With --store etcd://... the backup goes into an etcd cluster, in which there is no store of that name; "
         "what a failed restore has left there is deleted with etcdctl. So backup and restore move a store to "
         "etcd and back.\n",
     .examples = "tacit restore /var/backups/tacit/tacit-20260131T120000Z.backup --store /srv/tacit-store\n"
                 "tacit restore tacit.backup --store etcd://etcd-1:2379,etcd-2:2379,etcd-3:2379/main\n",
     .settings = changed_store,
     .operands = {"FILE"},
     .run = with_arguments<restore_command>},
    {.name = "stats",
     .summary = "Shows the number of stored objects and the free space.",
     .details =
         "The store may be in use. Needs no keyring. Of a store in etcd, the members' sizes take the place of the "
         "map and the disk.\n",
     .examples = "tacit stats\n"
                 "tacit stats --json --top 0\n",
     .settings = store_only,
     .add_options = add_stats_options,
     .runs_apart = true,
     .run = with_arguments<stats_command>},
    {.name = "scrub",
     .summary = "Overwrites deleted and replaced data in the store's file.",
     .details =
         "Servers do this in the background (scrub-within); this command does it at once, and also scans the pages in "
         "use. The store may be in use: writes wait a few milliseconds at most. The command waits up to --wait for "
         "pages that a reader still uses, for example a running backup. Needs no keyring.\n"
         "Exits with 1 if some data could not be overwritten. In etcd there is no such command: etcdctl defrag. Copies "
         "kept by a file system, an SSD, a snapshot or a "
         "backup are not overwritten.\n",
     .examples = "tacit scrub\n"
                 "tacit scrub --wait 600 --json\n",
     .settings = store_only,
     .add_options = add_scrub_options,
     .runs_apart = true,
     .run = with_arguments<scrub_command>},
    {.name = "raise-format",
     .summary = "Raises a store in etcd to the newest format.",
     .details =
         "Run it once after an upgrade, when all hosts have the new version; /readyz and tacit status ask for it. "
         "Servers continue to run. Until then the store's new features are not available: changes that need them are "
         "answered 503.\n"
         "While a process of an older version holds an audit slot, the command names the slot and changes nothing "
         "further. Older versions do not open the store once its format rose. The command then waits for 18 "
         "seconds, longer than such a slot's lease, and permits rows of the new format if no older process appeared. "
         "One that was interrupted is repeated, and continues.\n"
         "A store in a directory needs no command: its servers raise the format by themselves.\n",
     .examples = "tacit raise-format\n",
     .settings = store_only,
     .add_options = [](po::options_description& own) { add_json(own); },
     .run = with_arguments<raise_format_command>},
};

}  // namespace

std::span<const Command> store_commands() { return list; }

}  // namespace tacit::server
