// The audit log as the rest of the program uses it. The format of its rows: store/audit/audit_log.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "store/engine/async.hpp"
#include "store/model/audit.hpp"
#include "store/model/verify_report.hpp"

namespace tacit::store {

class AuditHistory;  // store/audit/audit_history.hpp
class AuditReader;
class CurrentContext;

/// A part of the store (store/store.hpp). An operation that has only a ContextPtr makes one from a CurrentContext of
/// its own. Operations take what they need of the context when they are called, so their results may outlive this.
class AuditTrail {
 public:
  explicit AuditTrail(const CurrentContext& context) : context_(context) {}

  /// Records an event that changes nothing else (a refused credential, an integrity error). The entry is durable when
  /// this returns. Refusals fail with `full` while there is still much room for changes and releases, because any
  /// client can cause refusals.
  Async<void> record(AuditEvent event, AuditContext who);
  /// Records a refused tool ("tool.refused"): the server refuses its identity, or a release its request. On failure,
  /// returns the error to answer instead of the refusal; a lack of room alone is not a failure (refusal_stands).
  Async<void> refuse_tool(ToolRefusal refusal, AuditContext who);
  /// The newest entry's place; sequence 0 if the log is empty. Runs on the calling thread.
  Outcome<AuditMark> head() const;
  /// Compares the log with what this process saw of it. A difference stays in `history`. Fails like `head`. Runs on the
  /// calling thread.
  Outcome<void> check_history() const;
  /// Valid as long as the store.
  const AuditHistory& history() const;
  /// Reads entries from that sequence (store/audit/audit_read.hpp).
  AuditReader read(std::uint64_t first) const;
  /// Checks the chain and its signatures, and whether it contains the anchor's entry. Signatures up to an anchor that
  /// fits are not verified again. Reads in pages, so a live store continues to work.
  Outcome<AuditReport> verify(const std::optional<AuditAnchor>& anchor,
                              const std::function<void(const VerifyProgress&)>& progress) const;
  /// The plan to give to `prune` to remove the oldest entries, up to the first that is not before that point, but never
  /// the newest. Fails with `integrity` if the entries are not in order: such entries are not pruned.
  Outcome<AuditPrunePlan> plan_prune(const AuditPoint& before) const;
  /// Removes the entries up to and including `through`, in many small transactions, and leaves a checkpoint. Returns
  /// the number of removed entries. After a failure or a crash the rest can be pruned again. `progress` receives the
  /// number removed so far. Fails with not_allowed if the checkpoint cannot be made: without the root signing key, or,
  /// while nothing is signed, if the primary metadata key is not the newest that the store names.
  Async<std::uint64_t> prune(AuditMark through, AuditContext who, std::function<void(std::uint64_t)> progress);

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
