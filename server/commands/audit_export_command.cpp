// `tacit audit export`: prints audit entries as JSON lines, byte for byte as they are hashed, and checks their chain.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>

#include "http/log/printable.hpp"
#include "server/audit/audit_point.hpp"
#include "server/audit/audit_text.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/config/errors.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_slots_reader.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/whereabouts.hpp"

namespace tacit::server {
namespace {

using Bound = std::optional<store::AuditPoint>;

Bound read_bound(const Arguments& arguments, const char* name) {
  if (!arguments.contains(name)) return std::nullopt;
  return read_argument(arguments, name, read_audit_point);
}

class Export {
 public:
  Export(const store::Store& store, Bound since, Bound until)
      : reader_(store.audit().read_all(firsts_of(since))),
        since_(since),
        until_(until),
        terminal_(::isatty(STDOUT_FILENO) == 1) {
    // A live log may grow as fast as it is read, so end at the present heads; if one cannot be read, at the first
    // fault.
    const auto heads = store.audit().heads();
    if (!heads || heads->empty()) slots_[store::AuditSlot()].last = heads ? 0 : UINT64_MAX;
    if (!heads) return;
    for (const store::AuditMark& head : *heads) slots_[head.slot].last = head.sequence;
  }

  void run() {
    while (!is_done()) {
      auto page = reader_.next();
      if (!page) fail("the rest of the audit log cannot be exported", page.error());
      if (page->empty()) return;
      const store::WaitsForOthers output_reader;
      for (const store::AuditRecord& record : *page) take(record);
      if (!std::cout.flush() || !data_output().flush()) throw CommandFailed("the output could not be written");
    }
  }

  /// Prints the summary. Returns whether all entries matched the chain and none was pruned during the export.
  bool report() const {
    std::uint64_t count = 0;
    for (const auto& [slot, exported] : slots_) count += exported.count;
    std::cerr << "Exported " << count << " entries";
    for (const auto& [slot, exported] : slots_) {
      if (exported.count > 0) std::cerr << ", " << exported.first << " to " << to_string(exported.newest);
    }
    std::cerr << ".\n";
    if (faults_ > 0) std::cerr << "tacit: " << faults_ << " of them do not match the chain; see tacit audit verify\n";
    if (reader_.pruned_meanwhile() > 0) {
      std::cerr << "tacit: " << reader_.pruned_meanwhile()
                << " entries were pruned during the export and are not included\n";
    }
    return faults_ == 0 && reader_.pruned_meanwhile() == 0;
  }

 private:
  /// Of a slot.
  struct Exported {
    std::uint64_t last = 0;  ///< the entry to end at
    bool done = false;
    std::uint64_t count = 0;
    std::uint64_t first = 0;
    store::AuditMark newest{};
  };

  static store::AuditSlotsReader::Firsts firsts_of(const Bound& since) {
    store::AuditSlotsReader::Firsts firsts;
    if (since && since->sequence) firsts[since->slot] = *since->sequence;
    return firsts;
  }

  bool is_done() const {
    return std::ranges::all_of(slots_, [](const auto& slot) { return slot.second.done; });
  }

  void take(const store::AuditRecord& record) {
    Exported& slot = slots_[record.mark.slot];
    // Sequences only grow, so the first one beyond the bound ends the export. Times may go back with the clock.
    slot.done = slot.done || record.mark.sequence >= slot.last;
    const bool beyond = record.mark.sequence > slot.last || (until_ && !is_before(record, *until_));
    if (beyond && until_ && until_->sequence) slot.done = true;
    if (beyond || (since_ && is_before(record, *since_))) return;
    const std::string json = audit_json(record);
    if (terminal_) {
      std::cout << http::printable_json(json) << '\n';
    } else {
      data_output() << json << '\n';
    }
    if (slot.count++ == 0) slot.first = record.mark.sequence;
    slot.newest = record.mark;
    if (!record.fault.empty()) ++faults_;
  }

  store::AuditSlotsReader reader_;
  const Bound since_;
  const Bound until_;
  const bool terminal_;
  std::map<store::AuditSlot, Exported> slots_;
  std::uint64_t faults_ = 0;
};

}  // namespace

int audit_export_command(const Config& config, const Arguments& arguments) {
  const Bound since = read_bound(arguments, "since");
  const Bound until = read_bound(arguments, "until");
  const auto store = open_store(config);
  Export all(*store, since, until);
  all.run();
  return all.report() ? exit_ok : exit_failed;
}

}  // namespace tacit::server
