// Reads one secret's metadata; never its value.
#include "store/audit/recording.hpp"
#include "store/rows/secret_row.hpp"
#include "store/secrets/secrets.hpp"

namespace tacit::store {
namespace {

Task<Outcome<SecretInfo>> find(Transaction& transaction, ContextPtr store, crypto::Uuid tenant, crypto::Uuid id) {
  const MetadataOpener opener = MetadataOpener{store->metadata(), tenant, nullptr};
  const auto secret = co_await load_secret(transaction, opener, id);
  if (!secret) co_return secret.error();
  co_return secret_info(tenant, id, secret->header, secret->metadata);
}

}  // namespace

Async<SecretInfo> Secrets::get(crypto::Uuid tenant, crypto::Uuid id, AuditContext who) const {
  const ContextPtr store = context_;
  WorkBody<SecretInfo> body = [store, tenant, id](Transaction& transaction) {
    return find(transaction, store, tenant, id);
  };
  return recording_read(store, tenant, std::move(who), std::move(body));
}

}  // namespace tacit::store
