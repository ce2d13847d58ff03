// For builds without the engine on etcd (TACIT_ETCD=OFF): the functions of store/etcd/open_etcd.hpp, which fail.
#include "store/etcd/open_etcd.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

Failure no_etcd() { return failed(Errc::not_allowed, "this build has no etcd engine (TACIT_ETCD)"); }

}  // namespace

Outcome<std::unique_ptr<Engine>> open_etcd_engine(EtcdOptions) { return no_etcd(); }

Outcome<void> create_etcd_store(const EtcdOptions&, std::vector<std::pair<Bytes, Bytes>>) { return no_etcd(); }

Outcome<std::unique_ptr<StoreLoader>> open_etcd_loader(const EtcdOptions&) { return no_etcd(); }

Outcome<FormatRaised> raise_etcd_format(const EtcdOptions&, const std::function<void()>&) { return no_etcd(); }

}  // namespace tacit::store
