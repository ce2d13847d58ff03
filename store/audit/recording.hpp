// Audit entries of integrity failures in operations.
#pragma once

#include <string>
#include <utility>

#include "store/engine/context.hpp"
#include "store/model/audit.hpp"

namespace tacit::store {

/// Records the failure under that action if it is an integrity failure. The failure is returned whether or not this
/// succeeds.
boost::asio::awaitable<void> record_if_altered(ContextPtr store, crypto::Uuid tenant, Failure failure, std::string tool,
                                               AuditContext who, AuditAction action = AuditAction::secret_integrity);

/// Returns the operation's result; records an integrity failure first.
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

/// Runs `body` on a snapshot and returns its result; records an integrity failure first.
template <class T>
Async<T> recording_read(ContextPtr store, crypto::Uuid tenant, AuditContext who, WorkBody<T> body,
                        AuditAction action = AuditAction::secret_integrity) {
  Outcome<T> outcome = co_await read<T>(*store->engine, std::move(body));
  if (!outcome && outcome.error().code == Errc::integrity) {
    const Failure& failure = outcome.error();
    co_await record_if_altered(std::move(store), tenant, failure, std::string(), std::move(who), action);
  }
  co_return outcome;
}

}  // namespace tacit::store
