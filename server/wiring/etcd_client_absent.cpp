// In a build without the etcd engine (TACIT_ETCD=OFF): connecting fails with the reason.
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

RpcOutcome<std::shared_ptr<EtcdClient>> EtcdClient::create(EtcdConnection /*connection*/) {
  return RpcFailure{RpcErrc::invalid, "this build has no etcd engine (TACIT_ETCD)"};
}

}  // namespace tacit::store::etcd
