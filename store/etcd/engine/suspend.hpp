// Suspends a read of a transaction until its owner resumes it.
#pragma once

#include <coroutine>

#include "store/etcd/engine/etcd_transaction.hpp"

namespace tacit::store::etcd {

/// Awaited as a named object (g++ 12 copies temporaries of an awaiting expression).
struct EtcdTransaction::Suspend {
  std::coroutine_handle<>& waiting;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) const noexcept { waiting = self; }
  void await_resume() const noexcept {}
};

}  // namespace tacit::store::etcd
