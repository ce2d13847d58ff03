// The commands about the audit log.
#include "server/cli/confirm.hpp"
#include "server/commands/command_options.hpp"
#include "server/commands/command_sections.hpp"

namespace tacit::server {
namespace {

namespace po = boost::program_options;

void add_tail_options(po::options_description& own) {
  own.add_options()("follow,f", "Show entries as they are added, until SIGINT or SIGTERM.")(
      "since", value_of("TIME"),
      "Only entries of then and later: 2026-01-31T12:00:00Z, 2h or 7d ago, or an entry's sequence.")(
      "lines", value_of("NUMBER"), "How many of the newest entries to begin with. Default 10; with --since all.");
  add_tenant(own, "Only entries about this tenant.");
  own.add_options()("actor", value_of("ACTOR"),
                    "Only what this actor did, as entries write it: api-key:ID, uri:…, operator:NAME.");
  add_json(own, "Print JSON lines, as tacit audit export does.");
}

void add_audit_export_options(po::options_description& own) {
  own.add_options()("since", value_of("TIME"),
                    "Only entries of then and later: 2026-01-31T12:00:00Z, 2h or 7d ago, or an entry's sequence.")(
      "until", value_of("TIME"), "Only entries before then.");
}

void add_feed_options(po::options_description& own) {
  own.add_options()("to", value_of("FILE|syslog|-"),
                    "A file that is appended to, the system log (/dev/log; syslog:SOCKET for another socket), or "
                    "standard output. Required.")(
      "state", value_of("FILE"),
      "Where the last entry that was taken is noted, to go on after it at the next start. Required unless to -.")(
      "since", value_of("TIME"),
      "While there is no state: only entries of then and later: 2026-01-31T12:00:00Z, 2h or 7d ago, or an entry's "
      "sequence. Default: from the oldest on.")("once", "Feed the entries that there are, and end.");
}

void add_anchor_option(po::options_description& own) {
  own.add_options()("anchor", value_of("[SEQUENCE:]HASH"),
                    "An audit head that was kept elsewhere: the chain must have it.");
  add_json(own);
}

void add_prune_options(po::options_description& own) {
  own.add_options()("before", value_of("TIME"),
                    "Prune all entries before then: 2026-01-31T12:00:00Z, 90d ago, or an entry's sequence. Required.");
  add_confirmation(own);
  add_json(own);
}

const Command list[] = {
    {.name = "audit tail",
     .summary = "Shows the newest audit entries.",
     .details = "One line for each: time, sequence, action, outcome, actor, and what else there is. Works while the "
                "store takes no changes.\n",
     .examples = "tacit audit tail --follow\n"
                 "tacit audit tail --since 2h --actor api-key:0aB3dE6gH9j --json\n",
     .settings = store_only,
     .add_options = add_tail_options,
     .run = with_arguments<audit_tail_command>},
    {.name = "audit export",
     .summary = "Prints the audit log as JSON lines.",
     .details = "Each line is an entry with its sequence and hash, byte for byte: the chain can be followed by the "
                "text alone. The exit status is 1 if entries do not fit the chain.\n",
     .examples = "tacit audit export --until 2026-01-31T00:00:00Z >audit.jsonl\n",
     .settings = store_only,
     .add_options = add_audit_export_options,
     .run = with_arguments<audit_export_command>},
    {.name = "audit feed",
     .summary = "Hands on audit entries to a file or the system log as they are added.",
     .details = "The lines of tacit audit export, each at least once and in order, until SIGINT or SIGTERM. The next "
                "start goes on after the entry that the state names. A file is synced before its place is noted, and "
                "opened again at SIGHUP and when it was moved away. To the system log, an entry above 8192 bytes goes "
                "without its longest members (`shortened`). Entries that were pruned before they were fed are told by "
                "a line {\"event\":\"audit_gap\"}.\n",
     .examples = "tacit audit feed --to syslog --state /var/lib/tacit-audit/feed.state\n"
                 "tacit audit feed --to /var/log/tacit/audit.jsonl --state /var/lib/tacit-audit/feed.state --once\n",
     .settings = store_only,
     .needed = {"--to FILE|syslog|-"},
     .add_options = add_feed_options,
     .run = with_arguments<audit_feed_command>},
    {.name = "audit verify",
     .summary = "Checks the audit log's chain and prints its head.",
     .details = "Reads the log alone, while the store is in use; tacit verify also compares it with everything that is "
                "stored. Without an anchor, a log that was cut off or rewritten as a whole looks right.\n",
     .examples = "tacit audit verify\n"
                 "tacit audit verify --anchor 4711:9f86…   # a head that the log had\n",
     .settings = store_only,
     .add_options = add_anchor_option,
     .run = with_arguments<audit_verify_command>},
    {.name = "audit prune",
     .summary = "Deletes the oldest audit entries, for good.",
     .details = "Leaves a checkpoint, so that the rest of the chain still verifies. Entries that do not fit the chain "
                "are not pruned, nor is the newest. Export the entries first. What was made and ended before the "
                "checkpoint cannot be judged by tacit verify any more. Asks first on a terminal.\n",
     .examples = "tacit audit prune --before 90d --dry-run   # how many entries that are\n"
                 "tacit audit prune --before 2026-01-31T00:00:00Z --yes   # in a script\n",
     .settings = store_only,
     .needed = {"--before TIME"},
     .add_options = add_prune_options,
     .run = with_arguments<audit_prune_command>},
};

}  // namespace

std::span<const Command> audit_commands() { return list; }

}  // namespace tacit::server
