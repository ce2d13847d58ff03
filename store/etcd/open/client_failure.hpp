// Failures of calls to etcd as failures of the store.
#pragma once

#include "store/etcd/rpc/etcd_client.hpp"
#include "store/model/failures.hpp"

namespace tacit::store::etcd {

inline Failure failure_of(const RpcFailure& failure) {
  const bool full = failure.code == RpcErrc::no_room || failure.code == RpcErrc::too_large;
  return failed(full ? Errc::full : Errc::unavailable, failure.text);
}

}  // namespace tacit::store::etcd
