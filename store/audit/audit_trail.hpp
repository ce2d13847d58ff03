// The audit log as the rest of the program uses it. The format of its rows: store/audit/audit_log.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "store/engine/async.hpp"
#include "store/model/audit.hpp"
#include "store/model/verify_report.hpp"

namespace tacit::store {

class AuditHistory;  // store/audit/audit_history.hpp
class AuditNews;     // store/engine/engine.hpp
class AuditReader;
class AuditSlotsReader;
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
  /// Records refused tools ("tool.refused"), in one transaction, all or none: the server refuses the identity, or a
  /// release its request. On failure, returns the error to answer instead of the refusal; a lack of room alone is not a
  /// failure (refusal_stands).
  Async<void> refuse_tools(std::vector<ToolRefusal> refusals, AuditContext who);
  /// On a store that several hosts share: records the newest entry of each slot in this process's slot
  /// (store/audit/audit_heads.hpp), and returns them. Does nothing on an embedded store.
  Async<std::vector<AuditMark>> record_heads(AuditContext who);
  // These block on an engine that waits: they are for commands and threads of their own.

  /// The place of the slot's newest entry; sequence 0 if it has none. Runs on the calling thread.
  Outcome<AuditMark> head(AuditSlot slot = {}) const;
  /// The newest entry of each slot that has one, in the order of the slots. Runs on the calling thread.
  Outcome<std::vector<AuditMark>> heads() const;
  /// The slots that have entries or a checkpoint, in ascending order; slot 0 always on an embedded store.
  Outcome<std::vector<AuditSlot>> slots() const;
  /// As Engine::watch_audit.
  std::unique_ptr<AuditNews> watch(std::function<void()> changed) const;
  /// Compares the log with what this process saw of it. A difference stays in `history`. Fails like `head`. Runs on the
  /// calling thread.
  Outcome<void> check_history() const;
  /// Valid as long as the store.
  const AuditHistory& history() const;
  /// Reads slot 0 from that sequence (store/audit/audit_read.hpp).
  AuditReader read(std::uint64_t first) const;
  AuditReader read(AuditSlot slot, std::uint64_t first) const;
  /// Reads all slots (store/audit/audit_slots_reader.hpp), each from that sequence; the others from their beginning.
  AuditSlotsReader read_all(std::map<AuditSlot, std::uint64_t> firsts) const;
  /// Checks the chain of each slot and its signatures, the heads of other slots that it records, and whether the log
  /// contains the anchor's entries. Signatures up to an anchor that fits are not verified again. Reads in pages, so a
  /// live store continues to work.
  Outcome<AuditReport> verify(const std::optional<AuditAnchor>& anchor,
                              const std::function<void(const VerifyProgress&)>& progress) const;
  /// The plan to give to `prune` to remove the slot's oldest entries, up to the first that is not before that point,
  /// but never the newest; beside slot 0, whole commits. Fails with `integrity` if the entries are not in order: such
  /// entries are not pruned.
  Outcome<AuditPrunePlan> plan_prune(const AuditPoint& before, AuditSlot slot = {}) const;
  /// Removes the entries of a slot up to and including `through`, in many small transactions, and leaves a checkpoint.
  /// Returns the number of removed entries. After a failure or a crash the rest can be pruned again. `progress`
  /// receives the number removed so far. Fails with not_allowed if the checkpoint cannot be made: without the root
  /// signing key, or, while nothing is signed, if the primary metadata key is not the newest that the store names.
  Async<std::uint64_t> prune(AuditMark through, AuditContext who, std::function<void(std::uint64_t)> progress);

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
