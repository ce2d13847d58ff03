// Failures of calls to etcd as failures of the store.
#pragma once

#include "store/etcd/rpc/etcd_client.hpp"
#include "store/model/failures.hpp"

namespace tacit::store::etcd {

inline Failure failure_of(const RpcFailure& failure) {
  if (failure.code == RpcErrc::no_room) return failed(Errc::full, failure.text);
  if (failure.code != RpcErrc::too_large) return failed(Errc::unavailable, failure.text);
  return failed(Errc::too_large, failure.text +
                                     "; etcd-max-txn-ops and etcd-max-request-bytes have to be what its servers take "
                                     "(--max-txn-ops, --max-request-bytes)");
}

}  // namespace tacit::store::etcd
