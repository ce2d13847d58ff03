// The promotion of a root signing key, and the first prekeys that it signs. The ring gets its primary key only
// afterwards, so everything here is signed with the key that is being promoted: all processes verify with a key that
// their rings have, primary or not.
#include <algorithm>

#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/prekeys.hpp"
#include "store/keys/signed_rows.hpp"
#include "store/model/failures.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/store_faults.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

/// The cost of a row in the map: its page, and a share of the pages above it.
constexpr std::size_t bytes_of_one = std::size_t{2} * 4096;

struct SigningPlan {
  ContextPtr store;
  const crypto::SigningKeyring::Entry* signer = nullptr;  ///< in the keys of the store
  std::vector<crypto::TenantKey> prekeys{};
  AuditEvent event;
  AuditContext who;
};

/// The private half, if the key can be promoted according to the rings.
Outcome<const crypto::SigningKeyring::Entry*> find_signer(const StoreKeys& keys, const crypto::KeyId& id) {
  const crypto::Signer* const signer = keys.signers().find(id);
  if (signer == nullptr || signer->role != crypto::SigningRole::root) {
    return failed(Errc::not_found, "the keyring has no such key");
  }
  if (signer->state == crypto::SignerState::retired) {
    return failed(Errc::not_allowed, "the key " + crypto::to_hex(id) + " was retired");
  }
  const auto* const half = keys.root_signing ? keys.root_signing->find(id) : nullptr;
  if (half == nullptr) return failed(Errc::not_found, "the root signing keyring lacks the key " + crypto::to_hex(id));
  return half;
}

Task<Outcome<NamedKeys>> load(Transaction& transaction, const StoreKeys& keys) {
  const auto row = co_await transaction.get(Table::meta, keys_row_key());
  if (!row) co_return altered({}, "the store's keys are not recorded");
  co_return read_named_keys(*row, keys);
}

Task<Outcome<void>> check_rows_format(Transaction& transaction) {
  const std::uint32_t rows = co_await rows_format(transaction);
  if (rows >= third_rows_format) co_return Outcome<void>();
  const auto format = co_await read_format(transaction);
  co_return failed(Errc::unavailable, "the store's format is " + std::to_string(std::min(rows, format.value_or(rows))) +
                                          ": a process of an older version has it open, or no server of this version "
                                          "has run; see tacit stats");
}

/// Gives the store its id, if it has none.
Task<Outcome<void>> put_store_id(Transaction& transaction, const StoreKeys& keys) {
  const auto row = co_await transaction.get(Table::meta, store_row_key());
  if (!row) {
    transaction.put(Table::meta, store_row_key(), store_value(keys.store()));
    co_return Outcome<void>();
  }
  const auto store = store_of(*row);
  if (!store) co_return failed(Errc::integrity, "its record of its id was altered");
  if (*store != keys.store()) co_return is_another_store(*store, keys.store());
  co_return Outcome<void>();
}

/// Puts the list with the key as the newest, and audits that; if the list is so already, it stays.
Task<Outcome<void>> name_key(Transaction& transaction, const SigningPlan& plan) {
  const StoreKeys& keys = plan.store->keys;
  const crypto::KeyId& id = plan.signer->id;
  auto named = co_await load(transaction, keys);
  if (!named) co_return named.error();
  if (std::ranges::find(named->retired, id) != named->retired.end()) {
    co_return failed(Errc::not_allowed, "the key " + crypto::to_hex(id) + " was retired");
  }
  if (!named->signing.empty() && named->signing.front() == id) co_return Outcome<void>();
  std::erase(named->signing, id);
  named->signing.insert(named->signing.begin(), id);
  named->store = keys.store();
  ++named->serial;
  const Bytes value = keys_value(*named, *plan.signer);
  transaction.put(Table::meta, keys_row_key(), value);
  AuditEvent event = plan.event;
  event.rows.push_back(crypto::sha256(value));
  co_return co_await append_audit(transaction, event, plan.who);
}

Task<Outcome<void>> promote(Transaction& transaction, const SigningPlan& plan) {
  const StoreKeys& keys = plan.store->keys;
  const auto takes_rows = co_await check_rows_format(transaction);
  if (!takes_rows) co_return takes_rows.error();
  const auto same_store = co_await put_store_id(transaction, keys);
  if (!same_store) co_return same_store.error();
  const SignedRowFaults faults = co_await sign_store_rows(transaction, keys, *plan.signer);
  for (const auto* sentences : {&faults.altered, &faults.retired}) {  // nothing is removed or changed then
    if (!sentences->empty()) co_return failed(Errc::integrity, sentences->front());
  }
  co_return co_await name_key(transaction, plan);
}

Task<Outcome<void>> put_prekeys(Transaction& transaction, const SigningPlan& plan) {
  const auto takes_rows = co_await check_rows_format(transaction);
  if (!takes_rows) co_return takes_rows.error();
  const auto named = co_await load(transaction, plan.store->keys);
  if (!named) co_return named.error();
  const auto newest = check_newest(*named, plan.store->keys, KeyKind::root);
  if (!newest) co_return newest.error();
  if (named->signing.empty() || named->signing.front() != plan.signer->id) {
    co_return failed(Errc::not_allowed, "the store does not name the key as the newest root signing key");
  }
  for (const crypto::TenantKey& key : plan.prekeys) put_prekey(transaction, key);
  co_return Outcome<void>();
}

Async<void> submit_plan(std::shared_ptr<SigningPlan> plan,
                        Task<Outcome<void>> (*work)(Transaction&, const SigningPlan&)) {
  WorkBody<void> body = [plan, work](Transaction& transaction) { return work(transaction, *plan); };
  const std::size_t bytes =
      sizeof(SigningPlan) + bytes_of_one * (1 + plan->prekeys.size()) + audit_bytes(plan->event, plan->who);
  return write<void>(*plan->store->engine, std::move(body), Growth::grows, bytes);
}

}  // namespace

Async<void> Keys::promote_signing(crypto::KeyId id, AuditContext who) {
  const auto plan = std::make_shared<SigningPlan>();
  plan->store = context_;
  const auto signer = find_signer(plan->store->keys, id);
  if (!signer) co_return signer.error();
  plan->signer = *signer;
  plan->event.action = AuditAction::key_promote;
  plan->event.reason = std::string(to_string(KeyKind::signing)) + " " + crypto::to_hex(id);
  plan->who = std::move(who);
  co_return co_await submit_plan(plan, promote);
}

Async<void> Prekeys::add_first(crypto::KeyId signer, std::size_t number) {
  const auto plan = std::make_shared<SigningPlan>();
  plan->store = context_;
  const StoreKeys& keys = plan->store->keys;
  const auto found = find_signer(keys, signer);
  if (!found) co_return found.error();
  plan->signer = *found;
  plan->prekeys = make_prekeys(keys, *plan->signer, std::min(number, most_prekeys_at_once));
  co_return co_await submit_plan(plan, put_prekeys);
}

}  // namespace tacit::store
