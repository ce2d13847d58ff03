// `tacit audit feed`: delivers audit entries to a file or the system log as they are added, and continues after a
// restart.
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "server/audit/audit_feed_files.hpp"
#include "server/audit/audit_feed_state.hpp"
#include "server/audit/audit_point.hpp"
#include "server/audit/audit_text.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/commands/history_notice.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/process/apart.hpp"
#include "server/process/stop_signals.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_slots_reader.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/health.hpp"

namespace tacit::server {
namespace {

constexpr std::chrono::milliseconds poll_interval{250};

struct FeedOptions {
  std::string to;
  std::optional<std::string> state;
  std::optional<store::AuditPoint> since;
  bool once = false;
};

FeedOptions read_options(const Arguments& arguments) {
  FeedOptions options;
  options.to = read_argument(arguments, "to", read_path).string();
  if (arguments.contains("state")) options.state = read_argument(arguments, "state", read_path).string();
  if (arguments.contains("since")) options.since = read_argument(arguments, "since", read_audit_point);
  options.once = arguments.contains("once");
  if (!options.state && options.to != "-") {
    throw UsageError("--state FILE is missing: without it the next start cannot continue after the last entry");
  }
  return options;
}

/// The sequence after the last delivered entry. If the log has no such entry, or another one in its place, it is a
/// different log, for example that of a restored backup.
std::uint64_t first_to_feed(const store::Store& store, const store::AuditMark& fed) {
  auto reader = store.audit().read(fed.slot, fed.sequence);
  const auto page = value_or_fail(reader.next(), "cannot read the audit log");
  const bool pruned = !page.empty() && page.front().mark.sequence > fed.sequence;
  if (pruned || (!page.empty() && page.front().mark == fed)) return fed.sequence + 1;
  std::cerr << "tacit: the audit log does not contain the last delivered entry " << to_string(fed)
            << ": a store was restored, or the log was rewritten. All entries are delivered again from the oldest "
               "one on"
            << std::endl;
  return 0;
}

using Firsts = store::AuditSlotsReader::Firsts;

/// The same for each slot.
Firsts firsts_to_feed(const store::Store& store, const AuditFeedState::Marks& fed) {
  Firsts firsts;
  for (const auto& [slot, mark] : fed) firsts[slot] = first_to_feed(store, mark);
  return firsts;
}

class Feed {
 public:
  Feed(const store::Store& store, const FeedOptions& options, const AuditFeedState::Marks& last, AuditFeedFiles& files)
      : store_(store),
        files_(files),
        since_(last.empty() ? options.since : std::nullopt),
        expected_(firsts_to_feed(store, last)),
        reader_(store.audit().read_all(firsts_to_read())),
        history_(store) {}

  /// Delivers all present entries. Returns false if it was told to stop.
  bool run() {
    for (bool more = true; more;) {
      if (store_.health().state().displaced())
        throw CommandFailed("the store's file was moved or replaced: restart the feed");
      const auto page = value_or_fail(reader_.next(), "cannot read the audit log");
      more = !page.empty();
      if (!feed(page)) return false;
    }
    return feed_history();
  }

 private:
  Firsts firsts_to_read() const {
    if (!since_ || !since_->sequence) return expected_;
    Firsts firsts;
    firsts[since_->slot] = *since_->sequence;
    return firsts;
  }

  static std::string slot_json(store::AuditSlot slot) {
    return slot.is_embedded() ? std::string() : ",\"slot\":\"" + to_string(slot) + "\"";
  }

  /// Delivers a line if the log no longer contains what this process saw of it.
  bool feed_history() {
    const auto changed = history_.look();
    if (!changed) return true;
    std::string found = changed->found ? crypto::to_hex(*changed->found) : std::string("missing");
    if (changed->is_unsigned) found = "unsigned";
    return files_.put(R"({"event":"audit_history_changed","sequence":)" + std::to_string(changed->expected.sequence) +
                      slot_json(changed->expected.slot) + R"(,"expected":")" + crypto::to_hex(changed->expected.hash) +
                      R"(","found":")" + found + "\"}");
  }

  bool feed(const std::vector<store::AuditRecord>& page) {
    AuditFeedState::Marks taken;
    bool stopped = false;
    for (const store::AuditRecord& record : page) {
      if (since_ && is_before(record, *since_)) continue;
      stopped = StopSignals::stopped() || !put(record);
      if (stopped) break;
      taken[record.mark.slot] = record.mark;
    }
    for (const auto& [slot, mark] : taken) files_.save(mark);
    return !stopped;
  }

  bool put(const store::AuditRecord& record) {
    const store::AuditSlot slot = record.mark.slot;
    const std::uint64_t sequence = record.mark.sequence;
    std::uint64_t& expected = expected_[slot];
    if (expected > 0 && sequence > expected) {
      const std::string of_slot = slot.is_embedded() ? std::string() : " of the slot " + to_string(slot);
      std::cerr << "tacit: the entries " << expected << " to " << sequence - 1 << of_slot
                << " are no longer in the log: they were pruned before they were delivered" << std::endl;
      const std::string gap = R"({"event":"audit_gap","first":)" + std::to_string(expected) +
                              ",\"last\":" + std::to_string(sequence - 1) + slot_json(slot) + "}";
      if (!files_.put(gap)) return false;
    }
    if (!files_.put(audit_json(record))) return false;
    expected = sequence + 1;
    return true;
  }

  const store::Store& store_;
  AuditFeedFiles& files_;
  const std::optional<store::AuditPoint> since_;
  Firsts expected_;  ///< the next sequence of each slot; 0: the oldest entry's
  store::AuditSlotsReader reader_;
  HistoryNotice history_;
};

/// Runs until it is told to stop.
void feed(const Config& config, const FeedOptions& options, const AuditFeedState::Marks& last, AuditFeedFiles& files,
          const StopSignals& signals) {
  const auto store = open_store(config);
  files.open();
  Feed feed(*store, options, last, files);
  while (feed.run() && !options.once && !StopSignals::stopped()) {
    signals.wait(-1, 0, poll_interval);
    if (StopSignals::take_hangup()) files.reopen();
  }
}

/// A child process, which may give up root, reads the store; this process writes the files. A child that makes no
/// progress is killed.
void feed_apart(const Config& config, const FeedOptions& options, std::optional<AuditFeedState>& state,
                AuditFeedFiles& files, const StopSignals& signals) {
  AuditFeedSocket socket;
  const Part part = [&] {
    const AuditFeedState::Marks last = state ? state->last() : AuditFeedState::Marks();
    state.reset();                            // so that the lock ends with the other process
    socket.answering = crypto::Descriptor();  // so that the end of the other process is detected
    feed(config, options, last, *make_remote_audit_feed_files(socket.asking), signals);
    return std::string();
  };
  Apart reader(part, data_of(config.store));
  socket.asking = crypto::Descriptor();
  const std::chrono::milliseconds stall = default_stall + config.store_timeout;
  serve_audit_feed_files(socket.answering, files, signals,
                         {.stop = [&] { reader.signal(SIGTERM); },
                          .waited = [&](std::chrono::milliseconds time) { reader.count_wait(time, stall); }});
  reader.wait_while_it_goes_on(stall);
}

}  // namespace

int audit_feed_command(const Config& config, const Arguments& arguments) {
  const FeedOptions options = read_options(arguments);
  // A closed reader must cause an error message, not a signal.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  const StopSignals signals;
  std::optional<AuditFeedState> state;
  if (options.state) state.emplace(*options.state);
  const auto files = make_audit_feed_files(options.to, state ? &*state : nullptr, signals);
  feed_apart(config, options, state, *files, signals);
  return exit_ok;
}

}  // namespace tacit::server
