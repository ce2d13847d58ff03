// Reads one secret's metadata; never its value.
#include <utility>

#include "store/audit/recording.hpp"
#include "store/rows/secret_row.hpp"
#include "store/secrets/secrets.hpp"
#include "store/secrets/stored_state.hpp"

namespace tacit::store {
namespace {

Task<Outcome<SecretInfo>> find(Transaction& transaction, ContextPtr store, crypto::Uuid tenant, crypto::Uuid id,
                               bool with_last_use) {
  const MetadataOpener opener = MetadataOpener{store->metadata(), tenant, nullptr, store->serial};
  const auto secret = co_await load_secret(transaction, opener, id);
  if (!secret) co_return secret.error();
  SecretInfo info = secret_info(tenant, id, secret->header, secret->metadata);
  if (!with_last_use) co_return info;
  co_await add_last_use(transaction, *store, info);
  co_return info;
}

Async<SecretInfo> recording_damage(ContextPtr store, AuditContext who, Async<SecretInfo> operation) {
  auto outcome = co_await std::move(operation);
  if (outcome) co_await record_damage(std::move(store), *outcome, std::move(who));
  co_return outcome;
}

}  // namespace

Async<SecretInfo> Secrets::get(crypto::Uuid tenant, crypto::Uuid id, AuditContext who, bool with_last_use) const {
  const ContextPtr store = context_;
  WorkBody<SecretInfo> body = [store, tenant, id, with_last_use](Transaction& transaction) {
    return find(transaction, store, tenant, id, with_last_use);
  };
  if (!with_last_use) return recording_read(store, tenant, std::move(who), std::move(body));
  return recording_damage(store, who, recording_read(store, tenant, who, std::move(body)));
}

}  // namespace tacit::store
