#include "store/keys/rekey_transactions.hpp"

#include <optional>
#include <utility>

#include "store/audit/audit_log.hpp"
#include "store/engine/context.hpp"
#include "store/keys/rekey_pairs.hpp"
#include "store/keys/signed_rows.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/rekey_mark.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {

AuditEvent rekey_event(std::string reason) {
  AuditEvent event;
  event.action = AuditAction::tenant_rekey;
  event.reason = "all: " + std::move(reason);
  return event;
}

Task<Outcome<BegunRekey>> begin_rekey(Transaction& transaction, std::shared_ptr<const RekeyOrder> order, bool restart) {
  const StoreKeys& keys = order->store->keys;
  const auto allowed = co_await check_rekey(transaction, keys);
  if (!allowed) co_return allowed.error();
  const auto row = co_await transaction.get(Table::meta, rekey_row_key());
  std::optional<std::int64_t> started;
  if (row && !restart) started = started_of_rekey(*row, keys);
  // Only a key that leaked signs such a mark. The new pairs would name that instant, and no later rekey replace them.
  if (started && *started > now_microseconds()) started.reset();
  const AuditEvent event = rekey_event(started ? "continued" : "begun");
  if (!started) {
    started = now_microseconds();
    transaction.put(Table::meta, rekey_row_key(), rekey_value(*started, *keys.root_signer(), keys.store()));
  }
  const auto recorded = co_await append_audit(transaction, event, order->who);
  if (!recorded) co_return recorded.error();
  const auto newest = co_await newest_audit_mark(transaction);
  if (!newest) co_return newest.error();
  BegunRekey begun;
  begun.started = *started;
  // On a shared engine the entry is in a slot of its own, and slot 0 grows no more.
  begun.first_entry = transaction.traits().shared ? newest->sequence + 1 : newest->sequence;
  co_return begun;
}

Task<Outcome<void>> check_rekey_of_tenant(Transaction& transaction, std::shared_ptr<const RekeyOrder> order,
                                          crypto::Uuid tenant) {
  const auto allowed = co_await check_rekey(transaction, order->store->keys);
  if (!allowed) co_return allowed.error();
  const RowKey rows_of(tenant);
  const auto rows = co_await transaction.scan(Table::tenants, rows_of.view(), rows_of.view(), 1);
  if (rows.empty()) co_return failed(Errc::not_found, "nothing is stored of the tenant " + tenant.str());
  co_return Outcome<void>();
}

Task<Outcome<std::vector<std::string>>> sign_rows_of_rekey(Transaction& transaction,
                                                           std::shared_ptr<const RekeyOrder> order) {
  const StoreKeys& keys = order->store->keys;
  const auto newest = co_await check_newest(transaction, keys, KeyKind::signing);
  if (!newest) co_return newest.error();
  const SignedRowFaults faults = co_await sign_store_rows(transaction, keys, *keys.root_signer());
  co_return faults.sentences();
}

Task<Outcome<void>> end_rekey(Transaction& transaction, std::shared_ptr<const RekeyOrder> order,
                              std::shared_ptr<const CutOffCheck> check, AuditEvent event) {
  const auto all_signed = co_await check->finish(transaction);
  if (!all_signed) co_return all_signed.error();
  transaction.erase(Table::meta, rekey_row_key());
  co_return co_await append_audit(transaction, event, order->who);
}

}  // namespace tacit::store
