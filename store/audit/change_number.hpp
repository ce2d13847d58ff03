// The number in a tenant's entries on an engine that several hosts share. The clocks of hosts do not order entries of
// different slots; the tenant's number of changes (store/rows/tenant_record.hpp) does.
#pragma once

#include "store/engine/engine.hpp"
#include "store/model/audit.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

/// Sets the event's number to that of the record, which is as after the event: call after save_tenant, if the event
/// saves it. Without effect on an engine that is not shared.
inline void number_event(AuditEvent& event, const Transaction& transaction, const TenantRecord& record) {
  if (transaction.traits().shared) event.change = record.changes;
}

}  // namespace tacit::store
