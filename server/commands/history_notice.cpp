#include "server/commands/history_notice.hpp"

#include "server/cli/standard_streams.hpp"
#include "server/serve/store_warnings.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"

namespace tacit::server {

std::optional<store::AuditHistory::Changed> HistoryNotice::look() {
  if (told_) return std::nullopt;
  static_cast<void>(store_.audit().check_history());
  auto changed = store_.audit().history().changed();
  if (!changed) return std::nullopt;
  told_ = true;
  complain(rewritten_log_warning(store::name_of_entry(changed->expected.slot, changed->expected.sequence),
                                 changed->is_unsigned));
  return changed;
}

bool history_is_intact(const store::Store& store) { return !HistoryNotice(store).look(); }

}  // namespace tacit::server
