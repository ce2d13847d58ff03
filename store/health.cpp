#include "store/health.hpp"

#include "store/audit/audit_history.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_read.hpp"
#include "store/engine/context.hpp"
#include "store/engine/work.hpp"
#include "store/rows/signed_memory.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

template <class Ring>
void add_ring(std::vector<KeyVersion>& keys, const char* name, const Ring* ring, const crypto::KeyId* primary) {
  if (ring == nullptr) return;
  for (const auto& entry : ring->entries()) {
    keys.push_back({name, crypto::to_hex(entry.id), primary != nullptr && entry.id == *primary});
  }
}

std::vector<KeyVersion> key_versions(const StoreKeys& given) {
  std::vector<KeyVersion> keys;
  const auto* const root = given.root_public.get();
  const auto* const metadata = given.metadata.get();
  const crypto::KeyId* const primary = root != nullptr ? &root->primary().id : nullptr;
  add_ring(keys, "root-public", root, primary);
  // Only the public ring says which private key is primary: the public ring seals, this one opens.
  add_ring(keys, "root-private", given.root_private.get(), primary);
  add_ring(keys, "metadata", metadata, metadata != nullptr ? &metadata->primary().id : nullptr);
  if (root == nullptr) return keys;
  const auto add_signing = [&](const char* name, const std::shared_ptr<const crypto::SigningKeyring>& ring) {
    if (!ring) return;
    const crypto::Signer* const signer = given.signers().primary(ring->role());
    add_ring(keys, name, ring.get(), signer != nullptr ? &signer->id : nullptr);
  };
  add_signing("root-signing", given.root_signing);
  add_signing("audit-api", given.audit_api);
  add_signing("audit-tools", given.audit_tools);
  add_signing("audit-operator", given.audit_operator);
  return keys;
}

/// 0: there is nothing to say.
Task<Outcome<std::uint32_t>> old_format(Transaction& transaction) {
  const auto format = co_await read_format(transaction);
  const std::uint32_t rows = co_await rows_format(transaction);
  co_return rows < store_format ? format.value_or(0) : 0;
}

}  // namespace

std::optional<std::string> Health::unwilling() const {
  auto why = context_->engine->unwilling();
  return why ? why : audit_unwilling(*context_);
}

const EngineState& Health::state() const { return *context_->engine; }

SigningStatistics Health::signing() const {
  const ContextPtr store = context_;
  SigningStatistics result;
  result.phase = store->keys.phase();
  result.history_intact = store->history->intact();
  if (store->keys.memory) result.key_verifications = store->keys.memory->verifications();
  for (const auto role : {crypto::SigningRole::api, crypto::SigningRole::tools, crypto::SigningRole::operators}) {
    if (store->keys.audit_signer(role) != nullptr) result.heads.emplace_back(role, store->history->heads(role).value());
  }
  return result;
}

StoreStatistics Health::statistics() const {
  StoreStatistics result;
  result.engine = context_->engine->statistics();
  result.storage = context_->engine->storage();
  if (context_->engine->traits().waits) {
    result.audit_heads = context_->history->newest_of_slots();  // needs no read
  } else {
    const auto head = read_blocking<AuditMark>(*context_->engine,
                                               [](Transaction& transaction) { return newest_audit_mark(transaction); });
    if (head) result.audit_head = *head;
  }
  result.keys = key_versions(context_->keys);
  result.signing = signing();
  return result;
}

Outcome<std::string> Health::format_warning() const {
  if (!context_->engine->traits().shared) return std::string();
  const auto format = read_blocking<std::uint32_t>(*context_->engine, old_format);
  if (!format) return format.error();
  if (*format == 0) return std::string();
  return "the store's format is " + std::to_string(*format) +
         (*format < slots_store_format ? "" : ", but its rows are still older") +
         ": run tacit raise-format once all hosts have this version";
}

}  // namespace tacit::store
