#include "store/keys/signing_state.hpp"

#include <utility>

#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/keys/keys.hpp"
#include "store/rows/cut_off_record.hpp"
#include "store/rows/rekey_mark.hpp"
#include "store/rows/signed_memory.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

Task<std::optional<std::uint64_t>> recorded_cut_off(Transaction& transaction, const StoreKeys& keys) {
  const auto row = co_await transaction.get(Table::meta, cut_off_row_key());
  std::optional<std::uint64_t> sequence;
  if (row) sequence = cut_off_of(*row, keys);
  co_return sequence;
}

Task<Outcome<SigningState>> look(Transaction& transaction, const StoreKeys& keys) {
  SigningState state;
  const auto mark = co_await transaction.get(Table::meta, rekey_row_key());
  state.rekey_unfinished = mark && started_of_rekey(*mark, keys);
  const auto recorded = co_await recorded_cut_off(transaction, keys);
  const auto newest = co_await newest_audit_mark(transaction);
  if (newest) state.cut_off_fault = fault_of_cut_off(keys.signers(), recorded, newest->sequence);
  co_return state;
}

bool is_recorded(const StoreKeys& keys, std::optional<std::uint64_t> recorded) {
  return recorded && *recorded <= *keys.signers().cut_off();
}

Task<Outcome<bool>> needs_record(Transaction& transaction, const StoreKeys& keys) {
  const std::uint32_t rows = co_await rows_format(transaction);
  const auto recorded = co_await recorded_cut_off(transaction, keys);
  co_return rows >= third_rows_format && !is_recorded(keys, recorded);
}

Task<Outcome<void>> put_record(Transaction& transaction, ContextPtr store) {
  const StoreKeys& keys = store->keys;
  const auto newest = co_await check_newest(transaction, keys, KeyKind::signing);
  if (!newest) co_return newest.error();
  const auto recorded = co_await recorded_cut_off(transaction, keys);
  if (is_recorded(keys, recorded)) co_return Outcome<void>();
  const Bytes value = cut_off_value(*keys.signers().cut_off(), *keys.root_signer(), keys.store());
  transaction.put(Table::meta, cut_off_row_key(), value);
  co_return Outcome<void>();
}

}  // namespace

Outcome<SigningState> look_at_signing(const Keys& keys) {
  const auto store = keys.context();
  if (store->keys.phase() == crypto::SigningPhase::none) return SigningState();
  auto state = read_blocking<SigningState>(
      *store->engine, [&store](Transaction& transaction) { return look(transaction, store->keys); });
  if (state && store->keys.memory) state->refused_keys = store->keys.memory->refusals();
  return state;
}

Async<void> record_cut_off(const Keys& keys) {
  const ContextPtr store = keys.context();
  if (!store->keys.signers().cut_off() || store->keys.root_signer() == nullptr) co_return Outcome<void>();
  WorkBody<bool> looking = [&store](Transaction& transaction) { return needs_record(transaction, store->keys); };
  const auto needed = read_blocking<bool>(*store->engine, std::move(looking));
  if (!needed) co_return needed.error();
  if (!*needed) co_return Outcome<void>();
  WorkBody<void> body = [store](Transaction& transaction) { return put_record(transaction, store); };
  co_return co_await write<void>(*store->engine, std::move(body), Growth::logs);
}

}  // namespace tacit::store
