// The table entries of the audit commands.
#include "server/cli/confirm.hpp"
#include "server/commands/command_options.hpp"
#include "server/commands/command_sections.hpp"
#include "server/config/command_option_defaults.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

void add_tail_options(po::options_description& own) {
  own.add_options()("follow,f", "Show entries as they are added, until SIGINT or SIGTERM.")(
      "since", value_of("TIME"),
      "Start at this time or entry: 2026-01-31T12:00:00Z, 2h or 7d (ago), or an entry's sequence.")(
      "lines", value_of("NUMBER"),
      with_default("Number of newest entries to show first.", default_tail_lines, "; with --since, all").c_str());
  add_tenant(own, "Show only entries about this tenant.");
  own.add_options()("actor", value_of("ACTOR"),
                    "Show only entries of this actor, as written in the log: api-key:ID, uri:…, operator:NAME.");
  add_json(own, "Print JSON lines, as tacit audit export does.");
}

void add_audit_export_options(po::options_description& own) {
  own.add_options()("since", value_of("TIME"),
                    "Start at this time or entry: 2026-01-31T12:00:00Z, 2h or 7d (ago), or an entry's sequence.")(
      "until", value_of("TIME"), "End before this time or entry.");
}

void add_feed_options(po::options_description& own) {
  own.add_options()("to", value_of("FILE|syslog|-"),
                    "Destination: a file to append to, the system log (/dev/log; syslog:SOCKET for another socket), or "
                    "- for standard output. Required.")(
      "state", value_of("FILE"),
      "File that records the last entry delivered, so that the next start continues after it. Required unless to -.")(
      "since", value_of("TIME"),
      "Where to start if there is no state: 2026-01-31T12:00:00Z, 2h or 7d (ago), or an entry's "
      "sequence. Default: the oldest entry.")("once", "Deliver the entries that exist now, and exit.");
}

void add_anchor_option(po::options_description& own) {
  own.add_options()("anchor", value_of("[SEQUENCE:]HASH"),
                    "An audit head recorded elsewhere. The chain must contain it. Signatures up to the anchor are not "
                    "checked again if it has a sequence.");
  add_json(own);
}

void add_prune_options(po::options_description& own) {
  own.add_options()("before", value_of("TIME"),
                    "Prune entries before this: 2026-01-31T12:00:00Z, 90d (ago), or an entry's sequence. Required.");
  add_confirmation(own);
  add_json(own);
}

const Command list[] = {
    {.name = "audit tail",
     .summary = "Shows the newest audit entries.",
     .details = "Prints one line per entry: time, sequence, action, outcome, actor, and the other members. Works "
                "while the store is read-only.\n",
     .examples = "tacit audit tail --follow\n"
                 "tacit audit tail --since 2h --actor api-key:0aB3dE6gH9j --json\n",
     .settings = store_only,
     .add_options = add_tail_options,
     .runs_apart = true,
     .run = with_arguments<audit_tail_command>},
    {.name = "audit export",
     .summary = "Prints the audit log as JSON lines.",
     .details = "Each line is one entry with its sequence and hash, byte for byte, so that the chain can be verified "
                "from the text alone. The exit status is 1 if entries do not match the chain.\n",
     .examples = "tacit audit export --until 2026-01-31T00:00:00Z >audit.jsonl\n",
     .settings = store_only,
     .add_options = add_audit_export_options,
     .runs_apart = true,
     .run = with_arguments<audit_export_command>},
    {.name = "audit feed",
     .summary = "Sends audit entries to a file or the system log as they are added.",
     .details = "Delivers the lines of tacit audit export, each at least once and in order, until SIGINT or SIGTERM. "
                "The next start continues after the entry in the state file. A file is synced before the position is "
                "recorded, and is reopened at SIGHUP and when it was moved. An entry above 8192 bytes goes to the "
                "system log without its longest members (`shortened`). A line {\"event\":\"audit_gap\"} reports "
                "entries that were pruned before they were delivered.\n",
     .examples = "tacit audit feed --to syslog --state /var/lib/tacit-audit/feed.state\n"
                 "tacit audit feed --to /var/log/tacit/audit.jsonl --state /var/lib/tacit-audit/feed.state --once\n",
     .settings = store_only,
     .needed = {"--to FILE|syslog|-"},
     .add_options = add_feed_options,
     .run = with_arguments<audit_feed_command>},
    {.name = "audit verify",
     .summary = "Checks the audit log's chain and its signatures, and prints its head.",
     .details = "Reads only the log; the store may be in use. tacit verify also compares the log with the stored data. "
                "Without an anchor, a log that was truncated, or rewritten by a process that has the planes' keys, "
                "passes the check.\n",
     .examples = "tacit audit verify\n"
                 "tacit audit verify --anchor 4711:9f86…   # a head recorded earlier\n",
     .settings = store_only,
     .add_options = add_anchor_option,
     .runs_apart = true,
     .run = with_arguments<audit_verify_command>},
    {.name = "audit prune",
     .summary = "Permanently deletes the oldest audit entries.",
     .details = "Leaves a checkpoint, so that the rest of the chain still verifies. The newest entry and entries that "
                "do not match the chain are not pruned. Export the entries first. tacit verify can no longer check "
                "objects that were created and deleted before the checkpoint. Asks for confirmation on a terminal. "
                "Needs root-signing-keyring once the store is signed.\n",
     .examples = "tacit audit prune --before 90d --dry-run   # count the entries\n"
                 "tacit audit prune --before 2026-01-31T00:00:00Z --yes   # in a script\n",
     .settings = changed_store,
     .needed = {"--before TIME"},
     .add_options = add_prune_options,
     .runs_apart = true,
     .run = with_arguments<audit_prune_command>},
};

}  // namespace

std::span<const Command> audit_commands() { return list; }

}  // namespace tacit::server
