#include "store/backup/sign_restored.hpp"

#include <limits>
#include <vector>

#include "store/audit/audit_checkpoint.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/model/failures.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store {
namespace {

/// A list of keys, a checkpoint and a few marks.
constexpr std::size_t bytes_of_rows = 64 * 1024;

Task<bool> has_no_id(Transaction& transaction) {
  const auto row = co_await transaction.get(Table::meta, store_row_key());
  co_return !row;
}

Task<Outcome<void>> sign_key_list(Transaction& transaction, const StoreKeys& keys) {
  const auto row = co_await transaction.get(Table::meta, keys_row_key());
  if (!row) co_return failed(Errc::integrity, "its keys are not recorded");
  auto named = read_named_keys(*row, keys);
  if (!named) co_return named.error();
  const auto value = next_keys_value(std::move(*named), keys);
  if (!value) co_return value.error();
  transaction.put(Table::meta, keys_row_key(), *value);
  co_return Outcome<void>();
}

Task<Outcome<void>> sign_checkpoints(Transaction& transaction, const StoreKeys& keys) {
  const auto slots = co_await checkpoint_slots(transaction);
  for (const AuditSlot slot : slots) {
    const auto checkpoint = co_await load_checkpoint(transaction, keys, slot);
    if (!checkpoint) co_return checkpoint.error();
    if (!*checkpoint) continue;
    const auto value = encode_checkpoint(**checkpoint, keys);
    if (!value) co_return value.error();
    const Bytes key = checkpoint_key(slot);
    transaction.put(Table::meta, key, *value);
  }
  co_return Outcome<void>();
}

Task<Outcome<void>> sign_erasure_marks(Transaction& transaction, const StoreKeys& keys) {
  const ByteView marks = erasure_mark_prefix();
  const auto rows = co_await transaction.scan(Table::meta, marks, marks, std::numeric_limits<std::size_t>::max());
  std::vector<crypto::Uuid> tenants;  // the rows move with the first change
  for (const Row& row : rows) {
    const auto tenant = tenant_of_erasure_mark(row.key);
    if (!tenant || !is_good_erasure_mark(row, keys)) {
      co_return failed(Errc::integrity, "the mark of a tenant's erasure was altered");
    }
    tenants.push_back(*tenant);
  }
  for (const crypto::Uuid& tenant : tenants) {
    const auto put = put_erasure_mark(transaction, tenant, keys, now_microseconds());
    if (!put) co_return put.error();
  }
  co_return Outcome<void>();
}

Task<Outcome<void>> sign_rows(Transaction& transaction, const StoreKeys& keys) {
  const bool older = co_await has_no_id(transaction);
  if (!older || keys.phase() == crypto::SigningPhase::none) co_return Outcome<void>();
  const auto listed = co_await sign_key_list(transaction, keys);
  if (!listed) co_return listed.error();
  const auto checkpoint = co_await sign_checkpoints(transaction, keys);
  if (!checkpoint) co_return checkpoint.error();
  const auto marks = co_await sign_erasure_marks(transaction, keys);
  if (!marks) co_return marks.error();
  // Nobody else has the store open, so there is no process for which it would have to stay of an older format.
  const auto format = co_await read_format(transaction);
  const std::uint32_t raised = raised_format(format.value_or(first_store_format), store_format);
  if (format != raised) transaction.put(Table::meta, format_row_key(), format_value(raised));
  transaction.put(Table::meta, rows_row_key(), rows_value(store_format));
  transaction.put(Table::meta, store_row_key(), store_value(keys.store()));
  co_return Outcome<void>();
}

}  // namespace

Outcome<bool> lacks_signatures(const Store& store) {
  const ContextPtr context = store.context();
  if (context->keys.phase() == crypto::SigningPhase::none) return false;
  return read_blocking<bool>(*context->engine, [](Transaction& transaction) -> Task<Outcome<bool>> {
    const bool older = co_await has_no_id(transaction);
    co_return older;
  });
}

Async<void> sign_restored(const Store& store) {
  const ContextPtr context = store.context();
  WorkBody<void> body = [context](Transaction& transaction) { return sign_rows(transaction, context->keys); };
  co_return co_await write<void>(*context->engine, std::move(body), Growth::logs, bytes_of_rows);
}

}  // namespace tacit::store
