// Audit entries that change nothing else: of an event, and of an integrity failure that an operation met.
#pragma once

#include <string>
#include <utility>

#include "store/engine/context.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

/// Writes an audit entry and nothing else, durably.
Async<void> record_event(ContextPtr store, AuditEvent event, AuditContext who);

/// Records an integrity failure, if it is one, as that action. The failure stands whatever comes of that.
boost::asio::awaitable<void> record_if_altered(ContextPtr store, crypto::Uuid tenant, Failure failure, std::string tool,
                                               AuditContext who, AuditAction action = AuditAction::secret_integrity);

/// Answers what the operation answers; an integrity failure is recorded before.
template <class T>
Async<T> recording(ContextPtr store, crypto::Uuid tenant, AuditContext who, Async<T> operation,
                   AuditAction action = AuditAction::secret_integrity) {
  Outcome<T> outcome = co_await std::move(operation);
  if (!outcome) {
    const Failure& failure = outcome.error();
    co_await record_if_altered(std::move(store), tenant, failure, std::string(), std::move(who), action);
  }
  co_return outcome;
}

/// Answers what `body` answers on a snapshot; an integrity failure is recorded before.
template <class T>
Async<T> recording_read(ContextPtr store, crypto::Uuid tenant, AuditContext who, WorkBody<T> body,
                        AuditAction action = AuditAction::secret_integrity) {
  Outcome<T> outcome = read<T>(*store->engine, std::move(body));
  if (!outcome && outcome.error().code == Errc::integrity) {
    const Failure& failure = outcome.error();
    co_await record_if_altered(std::move(store), tenant, failure, std::string(), std::move(who), action);
  }
  co_return outcome;
}

}  // namespace tacit::store
