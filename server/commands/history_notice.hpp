// Tells an operator that the audit log no longer contains what this command saw of it: another program
// changed the database. For commands that run for long.
#pragma once

#include <optional>

#include "store/audit/audit_history.hpp"
#include "store/store.hpp"

namespace tacit::server {

class HistoryNotice {
 public:
  /// The store must outlive this object.
  explicit HistoryNotice(const store::Store& store) : store_(store) {}

  /// Compares the log with what this process saw of it (AuditTrail::check_history). Complains about the first
  /// difference on standard error and returns it. The caller's own reads report a store that cannot be read.
  std::optional<store::AuditHistory::Changed> look();

 private:
  const store::Store& store_;
  bool told_ = false;
};

/// The same once, at the end of a command. Returns whether the log is intact.
bool history_is_intact(const store::Store& store);

}  // namespace tacit::server
