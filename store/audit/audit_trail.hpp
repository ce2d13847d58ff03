// The audit log as the rest of the program uses it. What its rows look like: store/audit/audit_log.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "store/engine/async.hpp"
#include "store/model/audit.hpp"
#include "store/model/verify_report.hpp"

namespace tacit::store {

class AuditReader;
class CurrentContext;

/// A part of the store (store/store.hpp).
class AuditTrail {
 public:
  explicit AuditTrail(const CurrentContext& context) : context_(context) {}

  /// Records an event that changes nothing else (a refused credential, an integrity error). Durable
  /// when it answers. Refusals answer `full` while there is still much room for changes and releases: anybody can cause
  /// them.
  Async<void> record(AuditEvent event, AuditContext who);
  /// Records that a tool is refused before it comes to a resolve. Fails with what is to be answered instead of that.
  Async<void> refuse_tool(ToolRefusal refusal, AuditContext who);
  /// The newest entry's place; sequence 0 if the log is empty. Runs on the calling thread.
  Outcome<AuditMark> head() const;
  /// Reads entries from that sequence on (store/audit/audit_read.hpp).
  AuditReader read(std::uint64_t first) const;
  /// Checks the chain, and whether it has that entry. Reads in pages: a live store goes on.
  Outcome<AuditReport> verify(const std::optional<AuditAnchor>& anchor,
                              const std::function<void(const VerifyProgress&)>& progress) const;
  /// What `prune` has to be told to take out the oldest entries, up to the first that is not before that point, but
  /// never the newest. Fails with `integrity` if they are not in order: such entries are not pruned.
  Outcome<AuditPrunePlan> plan_prune(const AuditPoint& before) const;
  /// Takes out the entries through that one, in many small transactions, and leaves a checkpoint. Answers how many. If
  /// it fails or is killed, what is left may be pruned again. `progress` is told how many are gone. Fails with
  /// not_allowed when the primary metadata key is not the newest that the store names, for the checkpoint is under it.
  Async<std::uint64_t> prune(AuditMark through, AuditContext who, std::function<void(std::uint64_t)> progress);

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
