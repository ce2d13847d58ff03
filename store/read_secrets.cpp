#include "store/operations.hpp"
#include "store/secret_row.hpp"

namespace tacit::store {
namespace {

Task<Outcome<SecretInfo>> get(Transaction& transaction, ContextPtr store, crypto::Uuid tenant, crypto::Uuid id) {
  const MetadataOpener opener = MetadataOpener{store->metadata(), tenant, nullptr};
  const auto secret = co_await load_secret(transaction, opener, id);
  if (!secret) co_return secret.error();
  co_return secret_info(tenant, id, secret->header, secret->metadata);
}

}  // namespace

WorkBody<SecretInfo> get_body(ContextPtr store, crypto::Uuid tenant, crypto::Uuid id) {
  return
      [store = std::move(store), tenant, id](Transaction& transaction) { return get(transaction, store, tenant, id); };
}

}  // namespace tacit::store
